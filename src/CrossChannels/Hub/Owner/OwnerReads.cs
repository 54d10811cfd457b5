using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CrossChannels.Channels;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The owner's reads of a channel, and its leases: synchronous, under the channel's lock.</summary>
internal sealed class OwnerReads : ILeaseHolder
{
    private readonly RankedLock _sync;
    private readonly HubClock _clock;
    private readonly QueueOptions _options;
    private readonly HubQueue _queue;
    private readonly ChannelLifecycle _lifecycle;
    private readonly Redelivery _redelivery;
    private readonly LaneWatch _lanes;
    private readonly IQueueEvents _events;
    private readonly ReaderWaiters _readers;
    private readonly SortedDictionary<long, ItemBatch> _leases = [];
    private readonly LeaseStyle _style = new();

    public OwnerReads(RankedLock sync, HubClock clock, QueueOptions options, HubQueue queue, ChannelLifecycle lifecycle, Redelivery redelivery, LaneWatch lanes, IQueueEvents events)
    {
        _sync = sync;
        _clock = clock;
        _options = options;
        _queue = queue;
        _lifecycle = lifecycle;
        _redelivery = redelivery;
        _lanes = lanes;
        _events = events;
        _readers = new ReaderWaiters(sync, options.IsSingleReader, options.WakeInline);
    }

    public Task Completion => _readers.Completion;

    /// <summary>What decides which items the owner may have.</summary>
    public ItemTaker Taker { get; } = new();

    /// <summary>The owner has read, or tried to.</summary>
    public bool IsReader { get; private set; }

    public bool IsWaiting => _readers.IsAnyWaiting;

    public int Waiting => _readers.WaiterCount;

    /// <summary>Leases that the owner has taken and not settled.</summary>
    public int LeaseCount => _leases.Count;

    private bool IsLeased => _options.Leases is not null;

    private bool FreesSlotWhenSettled => _options.Leases is { CapacityRelease: CapacityRelease.Settled };

    /// <summary>Takes the next item of a plain fixed size.</summary>
    public bool TryTake<TItem>([MaybeNullWhen(false)] out TItem item)
    {
        HubAfterLock after = default;
        bool isTaken = false;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                isTaken = _queue.TryTake(Taker, out item, out long sequence) || (_lanes.Collect(ref after) && _queue.TryTake(Taker, out item, out sequence));
                if (isTaken)
                    ProcessedLocked(sequence, Unsafe.SizeOf<TItem>(), hadSlot: true, ref after);
                else
                    FoundNothingLocked(ref after);
            }
        }
        finally
        {
            _events.Run(ref after, isParking: !isTaken);
        }
        return isTaken;
    }

    /// <summary>Takes as many items of a plain fixed size as are here and fit.</summary>
    public int TakeMany<TItem>(Span<TItem> destination)
    {
        HubAfterLock after = default;
        int taken = 0;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (!_queue.HasFor(Taker))
                    _lanes.Collect(ref after);
                // What came back is taken one by one, and what was never delivered at once.
                while (taken < destination.Length && _queue.TakeMany(Taker, destination[taken..], out long sequence) is > 0 and { } more)
                {
                    _events.OnProcessed(sequence, more, hadSlot: true, ref after);
                    taken += more;
                }
                if (taken > 0)
                    _events.OnFreed((long)taken * Unsafe.SizeOf<TItem>(), ref after);
                else
                    FoundNothingLocked(ref after);
            }
        }
        finally
        {
            _events.Run(ref after);
        }
        return taken;
    }

    /// <summary>Claims the next item, of any size.</summary>
    public bool TryClaim(out ItemSlice slice, out DeliveryTag tag, int maxBytes, out int tooLarge)
    {
        HubAfterLock after = default;
        bool isClaimed = false;
        tooLarge = -1;
        tag = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (!_queue.HasFor(Taker))
                    _lanes.Collect(ref after);
                if (maxBytes < int.MaxValue && _queue.HasFor(Taker) && _queue.TryPeek(Taker, out slice))
                {
                    slice.Release();
                    if (slice.Length > maxBytes)
                    {
                        tooLarge = slice.Length;
                        slice = default;
                        isClaimed = true;
                        return false;
                    }
                }
                isClaimed = TryClaimLocked(out slice, out tag, ref after);
                if (!isClaimed)
                    FoundNothingLocked(ref after);
            }
        }
        finally
        {
            _events.Run(ref after, isParking: !isClaimed);
        }
        return isClaimed;
    }

    public bool TryPeek(out ItemSlice slice)
    {
        slice = default;
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (!_queue.HasFor(Taker))
                    _lanes.Collect(ref after);
                return _queue.HasFor(Taker) && _queue.TryPeek(Taker, out slice);
            }
        }
        finally
        {
            _events.Run(ref after);
        }
    }

    /// <summary>Whether an item is here, on a lane of a writer's included.</summary>
    public bool TryFind()
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (!_queue.HasFor(Taker))
                    _lanes.Collect(ref after);
                return _queue.HasFor(Taker);
            }
        }
        finally
        {
            _events.Run(ref after);
        }
    }

    /// <summary>Queues a caller for one item, unless one is here or the channel is over.</summary>
    public bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                closed = _lifecycle.ReaderClosure;
                if (_queue.HasFor(Taker) || closed is not null)
                    return false;
                _readers.Block(waiter, ref after.Wake);
                FoundNothingLocked(ref after);
                _lanes.OnOwnerParks(ref after);
            }
        }
        finally
        {
            _events.Run(ref after, isParking: true);
        }
        return true;
    }

    /// <summary>Waits until there may be an item.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        HubAfterLock after = default;
        Waiter waiter;
        short version;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (_queue.HasFor(Taker))
                    return new ValueTask<bool>(true);
                if (_lifecycle.ReaderClosure is { } closure)
                    return closure.EndWaitAsync();
                waiter = _readers.Wait(ref after.Wake);
                version = waiter.Version;
                FoundNothingLocked(ref after);
                _lanes.OnOwnerParks(ref after);
            }
        }
        finally
        {
            _events.Run(ref after, isParking: true);
        }
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    public LeaseGuard? Hand(object lease, long sequence) => _style.Hand(this, lease, sequence);

    public void Lose(long sequence)
    {
        if (!_style.IsCounted && TrySettle(sequence, ReturnReason.Abandoned))
            _events.OnLeaseLost(sequence);
    }

    public bool TrySettle(long sequence, bool isCompleted)
    {
        _style.Settled();
        return TrySettle(sequence, isCompleted ? null : ReturnReason.Abandoned) || ThrowIfOver();
    }

    public void Abandon(long sequence, bool isUnreadable = false)
    {
        if (!isUnreadable)
            _style.Settled();
        TrySettle(sequence, isUnreadable ? ReturnReason.Unreadable : ReturnReason.Abandoned);
    }

    public bool TryComplete(long sequence, out Task confirmed)
    {
        confirmed = Task.CompletedTask;
        return TrySettle(sequence, isCompleted: true);
    }

    /// <summary>Completes the oldest lease of the owner's; false if none is open.</summary>
    public bool TryCompleteOldest()
    {
        _style.Counted();
        while (true)
        {
            long oldest;
            using (_sync.Enter())
            {
                if (_leases.Count == 0)
                    return false;
                oldest = _leases.Keys.First();
            }
            // Unless another thread was faster, whose lease it was then.
            if (TrySettle(oldest, returned: null))
                return true;
        }
    }

    /// <summary>Hands queued items to readers that wait for one, then wakes those that wait for any.</summary>
    /// <returns>Whether any were woken.</returns>
    internal bool HandOverLocked(ref HubAfterLock after)
    {
        _sync.AssertHeld();
        while (!_readers.IsNoneBlocked && _queue.HasFor(Taker))
        {
            // Out of the queue first: what taking the item sets free may bring the next one here.
            ReadWaiter first = _readers.NextBlocked();
            TryClaimLocked(out ItemSlice slice, out DeliveryTag tag, ref after);
            first.Item = slice;
            first.Tag = tag;
            first.Decide(true);
            after.Wake.Add(first);
        }
        return _readers.IsAnyWaiting && _queue.HasFor(Taker) && _readers.WakeWaiting(ref after.Wake);
    }

    /// <summary>The channel is over.</summary>
    /// <returns>The bytes of leases that are settled thereby.</returns>
    internal long EndLocked(Closure closure, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        long bytes = 0;
        foreach (ItemBatch lease in _leases.Values)
        {
            bytes += lease.Bytes;
            lease.Release();
        }
        _leases.Clear();
        // A process that exits leaves its threads where they are.
        WakeList never = default;
        _readers.End(closure, ref closure.IsExit ? ref never : ref after.Wake);
        return bytes;
    }

    /// <param name="sequence">The lease.</param>
    /// <param name="returned">Why it comes back; null if it is completed.</param>
    /// <returns>False if it is settled already.</returns>
    private bool TrySettle(long sequence, ReturnReason? returned)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (!_leases.Remove(sequence, out ItemBatch lease))
                    return false;
                if (returned is { } reason)
                {
                    _redelivery.Return(lease, reason, Taker, hadSlot: FreesSlotWhenSettled, ref after);
                    _events.OnReturned(ref after);
                }
                else
                {
                    ProcessedLocked(lease.Sequence, lease.Bytes, hadSlot: FreesSlotWhenSettled, ref after);
                    lease.Release();
                }
            }
        }
        finally
        {
            _events.Run(ref after);
        }
        return true;
    }

    /// <returns>True in a process that exits, whose leases end with it; false where the lease is not open.</returns>
    private bool ThrowIfOver() => _lifecycle.ReaderClosure is { } closure && (closure.IsExit ? true : throw closure.ForItem());

    private bool TryClaimLocked(out ItemSlice slice, out DeliveryTag tag, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        if (!IsLeased)
        {
            if (!_queue.TryClaim(Taker, out slice, out tag, out int bytes))
                return false;
            ProcessedLocked(tag.Sequence, bytes, hadSlot: true, ref after);
            return true;
        }
        slice = default;
        tag = default;
        if (!_queue.TryTakeRun(Taker, 1, long.MaxValue, out ItemBatch lease))
            return false;
        // A reader that took nothing new, since it was to get this one, may have what stands behind it.
        after.IsOfferDue |= lease.IsSuspect;
        Taker.Highest = Math.Max(Taker.Highest, lease.Sequence);
        tag = new DeliveryTag(lease.Sequence, lease.Deliveries, lease.Trace);
        lease.Segment.Retain();
        slice = HubQueue.SliceOf(lease, _queue.ElementSize);
        _leases.Add(lease.Sequence, lease);
        _events.OnLeasesTaken(1, ref after);
        return true;
    }

    /// <summary>One item is read, or its lease completed.</summary>
    private void ProcessedLocked(long sequence, long bytes, bool hadSlot, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        _events.OnProcessed(sequence, 1, hadSlot, ref after);
        _events.OnFreed(bytes, ref after);
    }

    private void FoundNothingLocked(ref HubAfterLock after)
    {
        _sync.AssertHeld();
        IsReader = true;
        _events.OnOwnerIdle(ref after);
    }
}
