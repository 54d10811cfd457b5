using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>Sees to it that somebody looks at the lanes of a channel's writers for as long as they are active: the owner's reads, the pump, or the channel's timer. Guarded by the channel's lock, but for <see cref="CollectAll"/> and <see cref="Spin"/>, which take it.</summary>
internal sealed class LaneWatch
{
    /// <summary>An owner that is about to wait looks so often at writers that publish just then; after that the timer does.</summary>
    private const int LooksBeforeTimer = 8;

    private const int MostReadBlindly = 128;

    private readonly RankedLock _sync;
    private readonly HubClock _clock;
    private readonly HubQueue _queue;
    private readonly ChannelBytes _bytes;
    private readonly ChannelLifecycle _lifecycle;
    private readonly CreditAllocator _writers;
    private readonly Dispatcher _readers;
    private readonly Balancer _balancer;
    private readonly IQueueEvents _events;
    private readonly LanePump _pump;
    private readonly LaneSpin _spin;
    private readonly long _mostReadBlindly;
    private long _readSinceLook;

    public LaneWatch(
        RankedLock sync, HubClock clock, HubQueue queue, ChannelBytes bytes, ChannelLifecycle lifecycle, CreditAllocator writers, Dispatcher readers, Balancer balancer, IQueueEvents events)
    {
        _sync = sync;
        _clock = clock;
        _queue = queue;
        _bytes = bytes;
        _lifecycle = lifecycle;
        _writers = writers;
        _readers = readers;
        _balancer = balancer;
        _events = events;
        Lanes = new HubWriterLanes(queue, bytes);
        _pump = new LanePump(sync, clock, Lanes, bytes, events);
        _spin = new LaneSpin(sync, Lanes);
        _mostReadBlindly = Math.Clamp(writers.Capacity / 8, 1, MostReadBlindly);
    }

    /// <summary>What is looked at.</summary>
    public HubWriterLanes Lanes { get; }

    /// <summary>The writer of a lane has something to say, at which nobody looked.</summary>
    public void Rung(IHubWriterLane lane, ref HubAfterLock after)
    {
        _spin.Rung();
        Lanes.Collect(lane, ref after);
        KeepLooking(ref after);
    }

    /// <summary>The writer of a lane has ended: what is left there is the channel's.</summary>
    public void Ended(IHubWriterLane lane, ref HubAfterLock after)
    {
        // What does not fit now comes when bytes are free.
        while (Lanes.Collect(lane, ref after) && lane.IsActive)
        {
            // A batch at a time, until it is empty and gone.
        }
        KeepLooking(ref after);
    }

    /// <summary>Queues what writers have published on lanes that are looked at now, a batch of each.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool Collect(ref HubAfterLock after) => Lanes.IsAnyActive && Lanes.Collect(ref after);

    /// <summary>Queues what writers have published on lanes that are looked at now, until they are empty or bytes are full.</summary>
    public void Drain(ref HubAfterLock after)
    {
        while (Collect(ref after))
        {
            // A batch of each lane at a time.
        }
    }

    /// <summary>Bytes are free: what waited on lanes because of them comes.</summary>
    public void OnBytesFreed(ref HubAfterLock after)
    {
        Drain(ref after);
        KeepLooking(ref after);
    }

    /// <summary>A while has passed since lanes were looked at last.</summary>
    public void OnDue(ref HubAfterLock after)
    {
        _writers.TakeBackLate(ref after);
        if (!Lanes.Collect(ref after) && !_pump.IsRunning)
            Lanes.TryPark();
        KeepLooking(ref after);
    }

    /// <summary>The owner's reads wait: writers are to ring.</summary>
    public void OnOwnerParks(ref HubAfterLock after)
    {
        if (_pump.IsRunning)
            return;
        for (int looks = 0; looks < LooksBeforeTimer && _events.IsOwnerIdle && !Lanes.TryPark(); looks++)
            Lanes.Collect(ref after);
        if (_events.IsOwnerIdle)
            _spin.Parked();
        KeepLooking(ref after);
    }

    /// <summary>Items were read, or their leases completed.</summary>
    public void OnProcessed(int count) => _readSinceLook += count;

    /// <summary>There is room. Writers that wait for it say so on their lanes, at which a reader that finds enough in the queue would not look.</summary>
    public void OnFreed(ref HubAfterLock after)
    {
        // While an item that a lane brought is handed on, its writer is not counted yet as one that has sent, and must not end before. The next read looks.
        if (!Lanes.IsAnyActive || Lanes.IsCollecting || _readSinceLook < _mostReadBlindly)
            return;
        _readSinceLook = 0;
        Lanes.Collect(ref after);
    }

    /// <summary>Queues everything that is on lanes, also on those that are parked: what their writers have published can be counted on.</summary>
    public void CollectAll()
    {
        if (!Lanes.IsAny)
            return;
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                while (Lanes.CollectAll(ref after))
                {
                    // A batch of each lane at a time.
                }
                KeepLooking(ref after);
            }
        }
        finally
        {
            _events.Run(ref after);
        }
    }

    /// <summary>The owner waits on this thread for a moment, where writers on lanes are at work and that pays.</summary>
    /// <returns>Whether an item may be here.</returns>
    public bool Spin() => Lanes.IsAny && (_queue.Count > 0 || (!_lifecycle.IsOver && _spin.TryFindNews()));

    /// <summary>Sees to it that active lanes are looked at again, whoever else does.</summary>
    private void KeepLooking(ref HubAfterLock after)
    {
        _sync.AssertHeld();
        if (!Lanes.IsAnyActive)
            return;
        // The owner's reads look by themselves; what remote readers wait for somebody has to bring.
        if (_readers.Accounts.Count > 0 && !_bytes.IsFull)
            _pump.Start();
        else
            _balancer.LookSoon(ref after);
    }
}
