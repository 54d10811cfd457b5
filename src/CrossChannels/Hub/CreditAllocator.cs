using CrossChannels.Flow;

namespace CrossChannels.Hub;

/// <summary>Shares a channel's capacity among its writers: in the order in which they ask, and what is left among those that are at work. Guarded by the channel's lock.</summary>
internal sealed class CreditAllocator(QueueChannel channel)
{
    // Null stands for the owner. One that withdraws leaves its place, so that the list is never longer than there are writers.
    private readonly LinkedList<ProducerPort?> _wants = new();
    private readonly long _shareThreshold = Math.Max(1, channel.Slots.Capacity / 8);

    // Those that sent items since they last got credit.
    private readonly List<ProducerPort> _active = [];
    private bool _ownerWants;

    // A slot is kept for the owner, who asked and did not wait.
    private bool _isReservedForOwner;
    private RevokeBackoff _ownerBackoff = new();

    public List<ProducerPort> Ports { get; } = [];

    /// <summary>Ends that wait for a slot.</summary>
    public int Wanting => _wants.Count;

    /// <summary>Those that wait for a slot, the next first; null stands for the owner. An end that asked twice stands once.</summary>
    public IEnumerable<ProducerPort?> WaitingInOrder => _wants.Where(port => port?.IsWanting ?? _ownerWants).Distinct();

    /// <summary>Somebody waits while others hold credit that they may not need.</summary>
    public bool IsStarving => Wanting > 0 && channel.Slots.Free <= 0 && channel.Slots.Promised > 0;

    /// <summary>Somebody starves, and a moment later another may have to be asked. What those have that were asked is on its way.</summary>
    public bool IsAskingDue => IsStarving && (_isReservedForOwner || (Needed > 0 && Ports.Exists(static port => port is { Unused: > 0, RevokeDeadline: null })));

    private long Needed => Wanting - Ports.Sum(static port => port.RevokeDeadline is null ? 0 : port.Unused);

    /// <summary>Whether a slot that has just become free should be passed on now.</summary>
    public bool IsGrantDue
    {
        get
        {
            if (Wanting > 0)
                return true;
            if (Ports.Count == 0 || channel.Slots.IsUnlimited)
                return false;
            long free = channel.Slots.Free;
            return free >= _shareThreshold || (free > 0 && _active is [{ Unused: 0 }]);
        }
    }

    /// <summary>Whether an owner that goes to sleep should pass slots on before: the lone writer at work has used half of what it had.</summary>
    public bool IsGrantWise =>
        _active is [var port] && !channel.Slots.IsUnlimited && channel.Slots.Free > 0 && port.Unused <= channel.Slots.Capacity / 2;

    /// <summary>A writer is at work.</summary>
    public void Activate(ProducerPort port)
    {
        if (port.IsActive)
            return;
        port.IsActive = true;
        _active.Add(port);
    }

    /// <summary>A writer greets: it is as if it asked for one item.</summary>
    public void Open(ProducerPort port)
    {
        if (channel.WriterClosure is not null)
            return;
        if (channel.Slots.IsUnlimited)
        {
            port.Granted = long.MaxValue;
            return;
        }
        // Of many that open and write nothing only the first ones keep a slot from those at work.
        if (Wanting > 0 || channel.Slots.Free <= channel.Slots.Capacity - Math.Max(1, channel.Slots.Capacity / 8))
            return;
        port.Granted = 1;
        port.RevokeBackoff.Begin(channel.Balancer.Now());
        channel.Slots.Promise(1);
    }

    public void Want(ProducerPort port, long accepted, ref HubAfterLock duties)
    {
        // Credit that it did not know of when it asked is on its way.
        if (port.IsWanting || accepted < port.Granted || channel.WriterClosure is not null)
            return;
        port.WantPlace = _wants.AddLast(port);
        Grant(ref duties);
    }

    public void Withdraw(ProducerPort port)
    {
        if (port.WantPlace is not { } place)
            return;
        _wants.Remove(place);
        port.WantPlace = null;
    }

    /// <summary>The owner found no slot.</summary>
    /// <param name="isWaiting">It waits; otherwise it has only looked, and a slot is kept for its next look.</param>
    /// <param name="duties">Gets what follows.</param>
    public void OwnerWants(bool isWaiting, ref HubAfterLock duties)
    {
        if (_ownerWants || _isReservedForOwner || channel.Slots.IsUnlimited || (!isWaiting && Ports.Count == 0))
            return;
        _ownerWants = true;
        _wants.AddLast((ProducerPort?)null);
        Grant(ref duties);
    }

    /// <summary>Whether the owner may write: a slot was kept for it, or one is free.</summary>
    public bool HasOwnersSlot => _isReservedForOwner || channel.Slots.Free > 0;

    /// <summary>Takes that slot.</summary>
    public void TakeOwnersSlot()
    {
        if (_isReservedForOwner)
        {
            _isReservedForOwner = false;
            _ownerBackoff.Used();
            channel.Slots.Unpromise(1);
        }
        channel.Slots.Occupy(1);
    }

    /// <summary>Passes free slots on.</summary>
    public void Grant(ref HubAfterLock duties)
    {
        if (channel.WriterClosure is not null || channel.Slots.IsUnlimited)
            return;
        for (int left = _wants.Count; left > 0 && _wants.First is { } first && channel.Slots.Free > 0; left--)
        {
            _wants.Remove(first);
            if (first.Value is not { } port)
            {
                ServeOwner(ref duties);
            }
            else if (port.RevokeDeadline is not null)
            {
                // What it has is in doubt until it answers.
                _wants.AddLast(first);
            }
            else
            {
                port.WantPlace = null;
                Activate(port);
                Give(port, 1, ref duties);
            }
        }
        if (Wanting == 0)
            Share(ref duties);
        else if (channel.Slots.Free <= 0)
            channel.Balancer.Starved(ref duties);
    }

    /// <summary>Asks those that hold the most unused credit to give it back, as many as are needed.</summary>
    public void Revoke(long deadline, ref HubAfterLock duties)
    {
        if (!IsStarving)
            return;
        long now = channel.Balancer.Now();
        if (_isReservedForOwner && _ownerBackoff.IsOver(now))
        {
            _isReservedForOwner = false;
            _ownerBackoff.Missed();
            channel.Slots.Unpromise(1);
            Grant(ref duties);
            return;
        }
        long needed = Needed;
        foreach (ProducerPort port in Ports.Where(port => port is { Unused: > 0, RevokeDeadline: null, IsTold: true } && port.RevokeBackoff.IsOver(now)).OrderByDescending(static port => port.Unused))
        {
            if (needed <= 0)
                break;
            needed -= port.Unused;
            port.RevokeDeadline = deadline;
            duties.Do(port.PostRevoke);
        }
    }

    /// <summary>A writer has told what it used of its credit; the rest is free.</summary>
    public void Revoked(ProducerPort port, long accepted, ref HubAfterLock duties)
    {
        channel.Slots.Unpromise(port.Granted - accepted);
        port.TakeBack(accepted);
        duties.Credit(port);
        Grant(ref duties);
    }

    /// <summary>A writer is gone, and what it had not used is free.</summary>
    public void Remove(ProducerPort port, ref HubAfterLock duties)
    {
        if (!Ports.Remove(port))
            return;
        if (port.IsActive)
            _active.Remove(port);
        Withdraw(port);
        if (!channel.Slots.IsUnlimited)
            channel.Slots.Unpromise(port.Unused);
        Grant(ref duties);
    }

    /// <summary>Nobody writes any more.</summary>
    public void Clear()
    {
        _wants.Clear();
        foreach (ProducerPort port in Ports)
            port.WantPlace = null;
        _ownerWants = false;
    }

    private void ServeOwner(ref HubAfterLock duties)
    {
        _ownerWants = false;
        switch (channel.AdmitOwnerLocked(ref duties))
        {
            case OwnerAdmission.MoreWaiting:
                _ownerWants = true;
                _wants.AddLast((ProducerPort?)null);
                break;
            case OwnerAdmission.NobodyThere when Ports.Count > 0:
                _isReservedForOwner = true;
                _ownerBackoff.Begin(channel.Balancer.Now());
                channel.Slots.Promise(1);
                break;
        }
    }

    private void Share(ref HubAfterLock duties)
    {
        int sharing = 0;
        foreach (ProducerPort port in _active)
            sharing += port.RevokeDeadline is null ? 1 : 0;
        if (sharing == 0)
            return;
        long share = Math.Max(1, channel.Slots.Free / sharing);
        int kept = 0;
        for (int i = 0; i < _active.Count; i++)
        {
            ProducerPort port = _active[i];
            long give = Math.Min(share, channel.Slots.Free);
            if (give <= 0 || port.RevokeDeadline is not null)
            {
                _active[kept++] = port;
                continue;
            }
            Give(port, give, ref duties);
            // One that does not come back for more gets no more.
            port.IsActive = false;
        }
        _active.RemoveRange(kept, _active.Count - kept);
    }

    private void Give(ProducerPort port, long count, ref HubAfterLock duties)
    {
        port.Granted += count;
        port.RevokeBackoff.Begin(channel.Balancer.Now());
        channel.Slots.Promise(count);
        duties.Credit(port);
    }
}

/// <summary>What became of a slot that the owner asked for.</summary>
internal enum OwnerAdmission
{
    /// <summary>A write took it, or there is no room for its bytes, and others wait.</summary>
    MoreWaiting,

    /// <summary>A write took it, or callers were woken to take it.</summary>
    Served,

    /// <summary>Nobody waits any more.</summary>
    NobodyThere,
}
