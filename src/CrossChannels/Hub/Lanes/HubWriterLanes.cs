using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The lanes of a channel's remote writers. Guarded by the channel's lock.</summary>
/// <remarks>
/// A lane is either parked, and then its writer rings when it has something to say, or active, and then somebody looks at it again soon: the owner's
/// read that finds nothing, a <see cref="LanePump"/>, or the channel's timer. So ten thousand idle lanes cost nothing, and busy ones no system call.
/// </remarks>
/// <param name="queue">Where items go.</param>
/// <param name="bytes">Nothing is taken while these are full, so that it waits in the lanes.</param>
internal sealed class HubWriterLanes(HubQueue queue, ChannelBytes bytes)
{
    private readonly List<IHubWriterLane> _all = [];
    private readonly List<IHubWriterLane> _active = [];

    /// <summary>Read without the lock, as a hint.</summary>
    public bool IsAny => _all.Count > 0;

    public bool IsAnyActive => _active.Count > 0;

    public int Count => _all.Count;

    /// <summary>What a lane brought is just being handed on, further up on this thread's stack.</summary>
    public bool IsCollecting { get; private set; }

    /// <summary>Adds a lane, parked: its link has not begun, so that its writer has said nothing that needs to be looked at.</summary>
    public void Add(IHubWriterLane lane)
    {
        lane.BeginParking();
        _all.Add(lane);
    }

    public void Remove(IHubWriterLane lane)
    {
        _all.Remove(lane);
        _active.Remove(lane);
        lane.IsActive = false;
        lane.Close();
    }

    /// <summary>Looks at a lane, whoever looked at it before, and queues a batch of what is there.</summary>
    /// <returns>Whether there was any.</returns>
    public bool Collect(IHubWriterLane lane, ref HubAfterLock after)
    {
        if (!lane.IsActive)
            Activate(lane);
        return CollectFrom(lane, ref after);
    }

    /// <summary>Queues what is on the active lanes, a batch of each.</summary>
    /// <returns>Whether there was any.</returns>
    public bool Collect(ref HubAfterLock after)
    {
        bool isAny = false;
        for (int i = 0; i < _active.Count;)
        {
            IHubWriterLane lane = _active[i];
            isAny |= CollectFrom(lane, ref after);
            // It may have ended.
            if (i < _active.Count && _active[i] == lane)
                i++;
        }
        return isAny;
    }

    /// <summary>As <see cref="Collect(ref HubAfterLock)"/>, of those that are parked as well.</summary>
    public bool CollectAll(ref HubAfterLock after)
    {
        foreach (IHubWriterLane lane in _all)
        {
            if (!lane.IsActive && lane.HasItems)
                Activate(lane);
        }
        return Collect(ref after);
    }

    /// <summary>Lets lanes be rung again on which there is nothing new. One fence for all of them.</summary>
    /// <returns>Whether no lane is active any more.</returns>
    public bool TryPark()
    {
        if (_active.Count == 0)
            return true;
        RacePoint.Pass();
        IHubWriterLane fencing = _active[0];
        foreach (IHubWriterLane lane in _active)
        {
            lane.BeginParking();
            // The fence across processes is one for this process as well.
            if (lane.IsFenceShared)
                fencing = lane;
        }
        fencing.Fence();
        for (int i = _active.Count - 1; i >= 0; i--)
        {
            IHubWriterLane lane = _active[i];
            if (!lane.TryEndParking())
                continue;
            lane.IsActive = false;
            _active.RemoveAt(i);
        }
        return _active.Count == 0;
    }

    /// <summary>The active lanes, for one who is about to spin: each is entered, and is to be left.</summary>
    public int EnterActive(Span<IHubWriterLane?> lanes)
    {
        int count = 0;
        foreach (IHubWriterLane lane in _active)
        {
            if (count < lanes.Length && lane.TryEnter())
                lanes[count++] = lane;
        }
        return count;
    }

    private void Activate(IHubWriterLane lane)
    {
        lane.IsActive = true;
        _active.Add(lane);
    }

    private bool CollectFrom(IHubWriterLane lane, ref HubAfterLock after)
    {
        // A join that an item begins collects once more, inside this.
        bool wasCollecting = IsCollecting;
        IsCollecting = true;
        try
        {
            bool isAny = !bytes.IsFull && lane.TryCollect(queue, out int count, out int size) && Tell(lane, count, size, ref after);
            if (lane.HearWants() is { } isWanting)
                lane.Port.OnWants(isWanting, ref after);
            if (lane.TakeViolation() is { } violation)
                lane.Port.OnViolated(violation, ref after);
            else if (!lane.HasItems)
                lane.Port.OnEmptied(ref after);
            return isAny;
        }
        finally
        {
            IsCollecting = wasCollecting;
        }
    }

    private static bool Tell(IHubWriterLane lane, int count, int size, ref HubAfterLock after)
    {
        lane.Port.OnCollected(count, size, ref after);
        return true;
    }
}
