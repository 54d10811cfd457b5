using System.Buffers;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>Passes a channel's items to its remote readers. Guarded by the channel's lock, but for <see cref="Offer"/>.</summary>
/// <param name="sync">The channel's lock.</param>
/// <param name="queue">What is to be passed on.</param>
/// <param name="isLeased">Items are leased, so that it is known which of them a program had that died.</param>
internal sealed class Dispatcher(RankedLock sync, HubQueue queue, bool isLeased)
{
    // Behind the one that was given something last, so that an offer that finds nothing passes nobody over.
    private int _next;

    // One reader at a time has an item that may have killed another, and nothing else; or takes nothing new until it has nothing else.
    private ReaderAccount? _quiet;

    private bool _isHeldForOwner;
    private bool _wasOwnersTurn;

    public List<ReaderAccount> Accounts { get; } = [];

    /// <summary>Items that readers have and have not read, or not settled.</summary>
    public long HeldItems { get; private set; }

    /// <summary>Readers that wait, and have nothing to do.</summary>
    public int Idle
    {
        get
        {
            int idle = 0;
            foreach (ReaderAccount account in Accounts)
                idle += account.IsIdle ? 1 : 0;
            return idle;
        }
    }

    /// <summary>How many of the queued items this reader may take now, if others ask too.</summary>
    public long ShareOf(ReaderAccount account)
    {
        long demand = account.Demand;
        if (demand <= 0 || _isHeldForOwner || (isLeased && !MayTakeLeases(account)))
            return 0;
        if (Accounts.Count <= 1)
            return demand;
        int asking = 0;
        foreach (ReaderAccount other in Accounts)
            asking += other.Demand > 0 ? 1 : 0;
        return asking <= 1 ? demand : Math.Min(demand, (queue.Count + asking - 1) / asking);
    }

    public void Add(ReaderAccount account) => Accounts.Add(account);

    public void Remove(ReaderAccount account, ref HubAfterLock after)
    {
        Accounts.Remove(account);
        if (_quiet == account)
            _quiet = null;
        after.IsOfferDue = true;
    }

    /// <summary>Leaves a single item to the owner's readers that were woken for it, every other time: until it is looked at again no reader takes it, one that is just being written to included.</summary>
    /// <returns>Whether it is left to them.</returns>
    public bool TryHoldForOwner(bool isOwnerWoken) => _isHeldForOwner = _wasOwnersTurn = isOwnerWoken && queue.Count == 1 && !_wasOwnersTurn;

    /// <summary>What the owner has left is everybody's.</summary>
    public void EndHold() => _isHeldForOwner = false;

    /// <summary>Items are about to be sent to a reader.</summary>
    public void Dispatched(ReaderAccount account, in ItemBatch batch, ref HubAfterLock after)
    {
        account.Add(batch);
        HeldItems += batch.Count;
        _next = Accounts.IndexOf(account) + 1;
        if (!batch.IsSuspect)
            return;
        // Whoever took nothing new, since it was to get this one, may have what stands behind it.
        after.IsOfferDue |= _quiet is not null && _quiet != account;
        _quiet = account;
    }

    /// <summary>A reader is done with items, or they are back.</summary>
    public void Released(ReaderAccount? account, long count, ref HubAfterLock after)
    {
        HeldItems -= count;
        if (_quiet is null || _quiet != account || account.Held.Count > 0)
            return;
        _quiet = null;
        after.IsOfferDue = true;
    }

    /// <summary>Has readers that ask take what is queued, in turn. Takes locks of links, so that it is called outside the channel's.</summary>
    public void Offer()
    {
        ReaderAccount? only = null;
        ReaderAccount[]? asking = null;
        int count = 0;
        using (sync.Enter())
        {
            if (queue.Count == 0 || Accounts.Count == 0)
                return;
            if (Accounts.Count == 1)
            {
                only = Accounts[0];
            }
            else
            {
                asking = ArrayPool<ReaderAccount>.Shared.Rent(Accounts.Count);
                count = TakeAskingLocked(asking);
            }
        }
        if (only is not null)
        {
            only.Offer();
            return;
        }
        try
        {
            // One that is just being written to looks again when that is done, and the others get what is there.
            for (int i = 0; i < count && queue.Count > 0; i++)
                asking![i].Offer();
        }
        finally
        {
            ArrayPool<ReaderAccount>.Shared.Return(asking!, clearArray: true);
        }
    }

    /// <summary>Those that ask, in turn, and before them those of them that have nothing to do. Decided at once: one that becomes idle meanwhile must not be passed over.</summary>
    private int TakeAskingLocked(ReaderAccount[] asking)
    {
        sync.AssertHeld();
        uint start = (uint)_next;
        int idle = 0, count = 0;
        for (uint i = 0; i < Accounts.Count; i++)
        {
            ReaderAccount account = Accounts[(int)((start + i) % (uint)Accounts.Count)];
            if (account.Demand <= 0)
                continue;
            asking[count++] = account;
            if (!account.IsIdle)
                continue;
            // Behind the idle ones before it; what stood there moves to the end of the others.
            asking.AsSpan(idle, count - 1 - idle).CopyTo(asking.AsSpan(idle + 1));
            asking[idle++] = account;
        }
        return count;
    }

    /// <summary>Whether a reader may be given leases now, and which: one with a suspect gets nothing beside it, and the one that is to get the next gets nothing new until then.</summary>
    private bool MayTakeLeases(ReaderAccount account)
    {
        account.Taker.IsAlone = account.Held.Count == 0 && _quiet?.Held.HasSuspect != true;
        if (account.Held.HasSuspect)
            return false;
        if (!queue.HasSuspects || account.Taker.IsAlone || _quiet?.Held.HasSuspect == true)
            return true;
        // No reader is empty-handed, or it does not ask: the first that comes finishes what it has, while the others go on.
        _quiet ??= account;
        return _quiet != account;
    }
}
