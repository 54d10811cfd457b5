using System.Diagnostics;
using CrossChannels.Flow;

namespace CrossChannels.Hub;

/// <summary>Shares a channel's capacity among its writers: in the order in which they ask, and what is left among those that send. Guarded by the channel's lock.</summary>
/// <remarks>Every grant of a queued channel is made here, of items and of bytes. A slot is promised with credit, occupied by an item, and free when that is read, so that the capacity is exact.</remarks>
internal sealed class CreditAllocator(long capacity, HubClock clock, ChannelBytes bytes, IQueueEvents events)
{
    /// <summary>Idle writers may pin at most this part of the capacity, together.</summary>
    private const int IdlePart = 8;

    // Null stands for the owner. Everybody has one place, which is made once, and stands in the list while he waits.
    private readonly LinkedList<WriterAccount?> _wants = new();
    private readonly LinkedListNode<WriterAccount?> _ownersPlace = new(null);
    private readonly long _shareThreshold = Math.Max(1, capacity / 8);

    // Those that sent items since they last got credit.
    private readonly List<WriterAccount> _active = [];
    private Slots _slots = new(capacity);
    private bool _isClosed;

    // A slot is kept for the owner, who asked and did not wait.
    private bool _isReservedForOwner;
    private bool _isRevoking;
    private long _revocations;
    private RevokeBackoff _ownerBackoff = new();

    public List<WriterAccount> Accounts { get; } = [];

    public long Capacity => _slots.Capacity;

    public bool IsUnlimited => _slots.IsUnlimited;

    public bool IsFull => _slots.Free <= 0;

    public long Free => _slots.Free;

    /// <summary>Items that count against the capacity.</summary>
    public long Occupied => _slots.Occupied;

    /// <summary>Slots that were granted, or kept for the owner, and are not used.</summary>
    public long Promised => _slots.Promised;

    /// <summary>Ends that wait for a slot.</summary>
    public int Wanting => _wants.Count;

    /// <summary>Those that wait for a slot, the next first; null stands for the owner.</summary>
    public IEnumerable<WriterAccount?> WaitingInOrder => _wants;

    /// <summary>A writer waits while others hold credit that they may not need.</summary>
    public bool IsStarving => Wanting > 0 && IsFull && _slots.Promised > 0;

    /// <summary>A writer starves, and a moment later another may have to be asked, or a lane be looked at again. What those have that were asked is on its way.</summary>
    public bool IsAskingDue => IsStarving && (_isReservedForOwner
        || Accounts.Exists(static account => account is { Lane: not null, RevokeDeadline: not null })
        || (Needed > 0 && Accounts.Exists(static account => account is { Unused: > 0, RevokeDeadline: null })));

    /// <summary>Slots that are asked for, less those that are about to be given back.</summary>
    private long Needed
    {
        get
        {
            long needed = Wanting;
            foreach (WriterAccount account in Accounts)
                needed -= account.RevokeDeadline is null ? 0 : account.Unused;
            return needed;
        }
    }

    /// <summary>Whether a slot that has just become free should be passed on now.</summary>
    public bool IsGrantDue
    {
        get
        {
            if (Wanting > 0)
                return true;
            if (Accounts.Count == 0 || IsUnlimited)
                return false;
            long free = _slots.Free;
            return free >= _shareThreshold || (free > 0 && _active is [{ Unused: 0 }]);
        }
    }

    /// <summary>Whether an owner that goes to sleep should pass slots on before: the lone writer that sends has used half of what it had.</summary>
    public bool IsGrantWise => _active is [var account] && !IsUnlimited && _slots.Free > 0 && account.Unused <= Capacity / 2;

    /// <summary>Whether the owner may write: a slot was kept for it, or one is free.</summary>
    public bool HasOwnersSlot => _isReservedForOwner || !IsFull;

    /// <summary>Takes the slot of the owner's next item.</summary>
    public void TakeOwnersSlot()
    {
        if (_isReservedForOwner)
        {
            _isReservedForOwner = false;
            _ownerBackoff.Used();
            _slots.Unpromise(1);
        }
        _slots.Occupy(1);
    }

    /// <summary>Items come without credit: some that come back, or dead letters. They may exceed the capacity.</summary>
    public void Occupy(long count) => _slots.Occupy(count);

    /// <summary>Items free their slots.</summary>
    public void Release(long count) => _slots.Release(count);

    /// <summary>A writer greets: it may write at once what is its fair share of what is free.</summary>
    public void Open(WriterAccount account)
    {
        if (_isClosed)
            return;
        if (IsUnlimited)
        {
            account.AddCredit(long.MaxValue);
            return;
        }
        // Idle writers may pin at most a part of the capacity, and nothing that another waits for.
        long pinned = Accounts.Sum(static other => other.IsActive ? 0 : other.Unused);
        long most = Math.Min(_slots.Free, Math.Max(1, Capacity / IdlePart) - pinned);
        if (Wanting > 0 || most <= 0)
            return;
        long count = Math.Max(1, most / 2);
        account.AddCredit(count);
        account.Backoff.Begin(clock.Now);
        _slots.Promise(count);
    }

    public void Want(WriterAccount account, long accepted, ref HubAfterLock after)
    {
        // What is being taken back from a lane its writer may have found gone before it asked; and it asks once.
        bool isInDoubt = account is { Lane: not null, RevokeDeadline: not null };
        // Credit that it did not know of when it asked is on its way.
        if (account.IsWanting || (accepted < account.Granted && !isInDoubt) || _isClosed)
            return;
        _wants.AddLast(account.WantPlace);
        if (!isInDoubt)
            Grant(ref after);
        else if (!TryTakeBack(account, ref after))
            events.OnPeerAnswered(ref after);
    }

    /// <summary>Nobody waits any more at a writer's end.</summary>
    public void Withdraw(WriterAccount account)
    {
        if (account.IsWanting)
            _wants.Remove(account.WantPlace);
        else if (account.Unused > 0)
            account.Backoff.Withdrawn();
    }

    /// <summary>A caller of the owner's has given up its wait: if it was the last, no slot is kept for a next look.</summary>
    public void OwnerCanceled()
    {
        if (!events.IsOwnerBlocked && _ownersPlace.List is not null)
            _wants.Remove(_ownersPlace);
    }

    /// <summary>The owner found no slot.</summary>
    /// <param name="isWaiting">It waits; otherwise it has only looked, and a slot is kept for its next look.</param>
    /// <param name="after">Gets what follows.</param>
    public void OwnerWants(bool isWaiting, ref HubAfterLock after)
    {
        if (_ownersPlace.List is not null || _isReservedForOwner || IsUnlimited || (!isWaiting && Accounts.Count == 0))
            return;
        _wants.AddLast(_ownersPlace);
        Grant(ref after);
    }

    /// <summary>Items of a writer came, for which it had credit.</summary>
    public void Received(WriterAccount account, ref HubAfterLock after)
    {
        if (!account.IsActive)
        {
            account.IsActive = true;
            _active.Add(account);
        }
        account.Backoff.Used();
        if (account.IsRunningDry)
            Grant(ref after);
        // An item that does not fit into what is left needs the whole window, so that none of it may be kept back.
        if (account.IsShortOfBytes)
            GrantBytes(account, ref after);
    }

    /// <summary>Credit was used: its slots are occupied now.</summary>
    public void Use(long count) => _slots.Use(count);

    /// <summary>Passes free slots on: one to each that waits, in order; then what is left among those that send.</summary>
    public void Grant(ref HubAfterLock after)
    {
        if (_isClosed || IsUnlimited)
            return;
        for (int left = _wants.Count; left > 0 && _wants.First is { } first && !IsFull; left--)
        {
            _wants.Remove(first);
            if (first.Value is not { } account)
            {
                GrantToOwner(ref after);
            }
            else if (account.RevokeDeadline is not null)
            {
                // What it has is in doubt until it answers.
                _wants.AddLast(first);
            }
            else
            {
                if (!account.IsActive)
                {
                    account.IsActive = true;
                    _active.Add(account);
                }
                Grant(account, 1, ref after);
            }
        }
        if (Wanting == 0)
            GrantToActive(ref after);
        else if (IsFull)
            events.OnWriterStarved(ref after);
    }

    /// <summary>Fills the byte windows of writers that were kept short while the channel, or its hub, was full.</summary>
    public void GrantBytes(ref HubAfterLock after)
    {
        foreach (WriterAccount account in Accounts)
        {
            if (account.IsStalledByBytes)
                GrantBytes(account, ref after);
        }
    }

    /// <summary>Asks those that hold the most unused credit to give it back, as many as are needed.</summary>
    /// <param name="posted">Called, outside the lock, when one has been asked.</param>
    /// <param name="after">Gets what follows.</param>
    public void Revoke(Action<WriterAccount> posted, ref HubAfterLock after)
    {
        // What is taken back from a lane is granted at once, and whoever then still waits starves as before: the loop below goes on for it.
        if (_isRevoking || !IsStarving)
            return;
        long now = clock.Now;
        if (_isReservedForOwner && _ownerBackoff.IsOver(now))
        {
            _isReservedForOwner = false;
            _ownerBackoff.Missed();
            _slots.Unpromise(1);
            Grant(ref after);
            return;
        }
        long needed = Needed;
        _isRevoking = true;
        _revocations++;
        while (needed > 0 && FindMostUnused(now) is { } account)
        {
            account.LastRevocation = _revocations;
            needed -= account.Unused;
            if (account.Lane is not null)
            {
                if (!TryTakeBack(account, ref after))
                    TellPosted(account, posted, ref after);
                continue;
            }
            AskBack(account, posted, ref after);
        }
        _isRevoking = false;
    }

    /// <summary>Takes back what was granted to writers that were just about to use some when it was tried before.</summary>
    public void TakeBackLate(ref HubAfterLock after)
    {
        // A copy, since a slot that goes to the owner may bring an item, and with it the end of another writer.
        foreach (WriterAccount account in Accounts.FindAll(static account => account is { Lane: not null, RevokeDeadline: not null }))
        {
            if (account.RevokeDeadline is not null)
                TryTakeBack(account, ref after);
        }
    }

    /// <summary>A writer has told what it used of its credit; the rest is free.</summary>
    public void Revoked(WriterAccount account, long accepted, ref HubAfterLock after)
    {
        _slots.Unpromise(account.Granted - accepted);
        account.TakeBack(accepted);
        after.Tell(account);
        Grant(ref after);
    }

    /// <summary>A writer is gone, and what it had not used is free.</summary>
    public void Remove(WriterAccount account, ref HubAfterLock after)
    {
        if (!Accounts.Remove(account))
            return;
        account.RevokeDeadline = null;
        if (account.IsActive)
            _active.Remove(account);
        Withdraw(account);
        if (!IsUnlimited)
            _slots.Unpromise(account.Unused);
        Debug.Assert(_isClosed || Accounts.Count > 0 || _slots.Promised == (_isReservedForOwner ? 1 : 0), "Slots are promised, and there is nobody to use them.");
        Grant(ref after);
    }

    /// <summary>The channel takes no more items.</summary>
    public void Close()
    {
        _isClosed = true;
        _wants.Clear();
    }

    /// <summary>Of the writers that may be asked to give their credit back, and were not yet this time, the one with the most.</summary>
    private WriterAccount? FindMostUnused(long now)
    {
        WriterAccount? most = null;
        foreach (WriterAccount account in Accounts)
        {
            if (account.LastRevocation < _revocations && account is { Unused: > 0, RevokeDeadline: null, IsTold: true } && account.Unused > (most?.Unused ?? 0) && account.Backoff.IsOver(now))
                most = account;
        }
        return most;
    }

    /// <summary>Takes back what the writer of a lane has not used; it is not asked, so that one that was stopped cannot keep it.</summary>
    private bool TryTakeBack(WriterAccount account, ref HubAfterLock after)
    {
        if (!account.Lane!.TryLower(out long granted))
            return false;
        Revoked(account, granted, ref after);
        return true;
    }

    // What these two capture is allocated where it is declared: not in a loop that most of the time has nothing to do.
    private static void AskBack(WriterAccount account, Action<WriterAccount> posted, ref HubAfterLock after)
    {
        // The time to answer begins when the request is on its way.
        account.RevokeDeadline = long.MaxValue;
        after.Do(() =>
        {
            account.PostRevoke();
            posted(account);
        });
    }

    private static void TellPosted(WriterAccount account, Action<WriterAccount> posted, ref HubAfterLock after)
    {
        account.RevokeDeadline = long.MaxValue;
        after.Do(() => posted(account));
    }

    private void GrantToOwner(ref HubAfterLock after)
    {
        switch (events.AdmitOwner(ref after))
        {
            case OwnerAdmission.MoreWaiting:
                // It may have asked again meanwhile.
                if (_ownersPlace.List is null)
                    _wants.AddLast(_ownersPlace);
                break;
            case OwnerAdmission.NobodyThere when Accounts.Count > 0:
                _isReservedForOwner = true;
                _ownerBackoff.Begin(clock.Now);
                _slots.Promise(1);
                break;
        }
    }

    private void GrantToActive(ref HubAfterLock after)
    {
        int sharing = 0;
        foreach (WriterAccount account in _active)
            sharing += account.RevokeDeadline is null ? 1 : 0;
        if (sharing == 0)
            return;
        long share = Math.Max(1, _slots.Free / sharing);
        int kept = 0;
        for (int i = 0; i < _active.Count; i++)
        {
            WriterAccount account = _active[i];
            long give = Math.Min(share, _slots.Free);
            if (give <= 0 || account.RevokeDeadline is not null)
            {
                _active[kept++] = account;
                continue;
            }
            Grant(account, give, ref after);
            // One that does not come back for more gets no more.
            account.IsActive = false;
        }
        _active.RemoveRange(kept, _active.Count - kept);
    }

    private void Grant(WriterAccount account, long count, ref HubAfterLock after)
    {
        Debug.Assert(Accounts.Contains(account), "A slot is granted to a writer that is gone: it would never be free again.");
        account.AddCredit(count);
        account.Backoff.Begin(clock.Now);
        _slots.Promise(count);
        // Bytes go with the items where there is room; a full channel keeps them back.
        if (!bytes.IsFull)
            account.FillWindow();
        after.Tell(account);
    }

    private void GrantBytes(WriterAccount account, ref HubAfterLock after)
    {
        if (bytes.IsFull)
            return;
        account.FillWindow();
        after.Tell(account);
    }
}
