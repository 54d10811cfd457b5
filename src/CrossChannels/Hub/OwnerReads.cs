using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The owner's reads of a channel: synchronous, under the channel's lock.</summary>
internal sealed class OwnerReads
{
    private readonly QueueChannel _channel;
    private readonly RankedLock _sync;
    private readonly ReaderWaiters _readers;
    private readonly SortedDictionary<long, ItemBatch> _leases = [];

    public OwnerReads(QueueChannel channel)
    {
        _channel = channel;
        _sync = channel.Sync;
        _readers = new ReaderWaiters(_sync, channel.IsSingleReader);
    }

    public Task Completion => _readers.Completion;

    public bool IsWaiting => _readers.IsAnyWaiting;

    public int Waiting => _readers.WaiterCount;

    /// <summary>Leases that the owner has taken and not settled.</summary>
    public int LeaseCount => _leases.Count;

    public long LeasedBytes { get; private set; }

    public long LowestLease => _leases.Count == 0 ? long.MaxValue : _leases.Keys.First();

    /// <summary>Takes the next item of a plain fixed size.</summary>
    public bool TryTake<TItem>([MaybeNullWhen(false)] out TItem item)
    {
        HubAfterLock duties = default;
        bool isTaken;
        using (_sync.Enter())
        {
            isTaken = _channel.Queue.TryTake(out item);
            if (isTaken)
                ReadLocked(1, Unsafe.SizeOf<TItem>(), ref duties);
            else
                FoundNothingLocked(ref duties);
        }
        duties.Run(_channel, isParking: !isTaken);
        return isTaken;
    }

    /// <summary>Takes as many items of a plain fixed size as are here and fit.</summary>
    public int TakeMany<TItem>(Span<TItem> destination)
    {
        HubAfterLock duties = default;
        int taken;
        using (_sync.Enter())
        {
            taken = _channel.Queue.TakeMany(destination);
            if (taken > 0)
                ReadLocked(taken, (long)taken * Unsafe.SizeOf<TItem>(), ref duties);
        }
        duties.Run(_channel);
        return taken;
    }

    /// <summary>Claims the next item, of any size.</summary>
    public bool TryClaim(out ItemSlice slice, out DeliveryTag tag, int maxBytes, out int tooLarge)
    {
        HubAfterLock duties = default;
        bool isClaimed;
        tooLarge = -1;
        tag = default;
        using (_sync.Enter())
        {
            if (maxBytes < int.MaxValue && _channel.Queue.TryPeek(out slice))
            {
                slice.Release();
                if (slice.Length > maxBytes)
                {
                    tooLarge = slice.Length;
                    slice = default;
                    return false;
                }
            }
            isClaimed = ClaimLocked(out slice, out tag, ref duties);
        }
        duties.Run(_channel, isParking: !isClaimed);
        return isClaimed;
    }

    public bool TryPeek(out ItemSlice slice)
    {
        slice = default;
        using (_sync.Enter())
            return _channel.Queue.Count > 0 && _channel.Queue.TryPeek(out slice);
    }

    /// <summary>Queues a caller for one item, unless one is here or the channel is over.</summary>
    public bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed)
    {
        HubAfterLock duties = default;
        using (_sync.Enter())
        {
            closed = _channel.ReaderClosure;
            if (_channel.Queue.Count > 0 || closed is not null)
                return false;
            _readers.Block(waiter, ref duties.Wake);
            FoundNothingLocked(ref duties);
        }
        duties.Run(_channel, isParking: true);
        return true;
    }

    /// <summary>Waits until there may be an item.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        HubAfterLock duties = default;
        Waiter waiter;
        short version;
        using (_sync.Enter())
        {
            if (_channel.Queue.Count > 0)
                return new ValueTask<bool>(true);
            if (_channel.ReaderClosure is { } closure)
                return closure.Error is { } error ? ValueTask.FromException<bool>(error) : new ValueTask<bool>(false);
            waiter = _readers.Wait(ref duties.Wake);
            version = waiter.Version;
            FoundNothingLocked(ref duties);
        }
        duties.Run(_channel, isParking: true);
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    /// <summary>Settles a lease of the owner's.</summary>
    /// <returns>False if it is settled already.</returns>
    public bool TrySettle(long sequence, bool isCompleted)
    {
        HubAfterLock duties = default;
        using (_sync.Enter())
        {
            if (!_leases.Remove(sequence, out ItemBatch run))
                return false;
            LeasedBytes -= run.Bytes;
            if (isCompleted)
            {
                if (_channel.FreesSlotWhenSettled)
                    _channel.Slots.Release(1);
                _channel.FreedLocked(run.Bytes, ref duties);
                run.Release();
            }
            else
            {
                _channel.ReturnLocked(run, ReturnReason.Handed, hadSlot: _channel.FreesSlotWhenSettled, ref duties);
                _channel.DeliverLocked(ref duties);
                _channel.FreedLocked(0, ref duties);
            }
        }
        duties.Run(_channel);
        return true;
    }

    /// <summary>Completes the oldest lease of the owner's; false if none is open.</summary>
    public bool TryCompleteOldest()
    {
        while (true)
        {
            long oldest;
            using (_sync.Enter())
                oldest = LowestLease;
            if (oldest == long.MaxValue)
                return false;
            // Unless another thread was faster, whose lease it was then.
            if (TrySettle(oldest, isCompleted: true))
                return true;
        }
    }

    /// <summary>Hands queued items to readers that wait for one, then wakes those that wait for any.</summary>
    /// <returns>Whether any were woken.</returns>
    internal bool HandOverLocked(ref HubAfterLock duties)
    {
        while (!_readers.IsNoneBlocked && _channel.Queue.Count > 0)
        {
            // Out of the queue first: what taking the item sets free may bring the next one here.
            ReadWaiter first = _readers.NextBlocked();
            ClaimLocked(out ItemSlice slice, out DeliveryTag tag, ref duties);
            first.Item = slice;
            first.Tag = tag;
            first.Decide(true);
            duties.Wake.Add(first);
        }
        return _channel.Queue.Count > 0 && _readers.WakeWaiting(ref duties.Wake);
    }

    internal void EndLocked(Closure closure, ref HubAfterLock duties)
    {
        foreach (ItemBatch run in _leases.Values)
            run.Release();
        _leases.Clear();
        // Also charges what was too little to be charged before.
        long bytes = LeasedBytes;
        LeasedBytes = 0;
        _channel.Bytes.ChargeLocked(-bytes, ref duties);
        _readers.End(closure, ref duties.Wake);
    }

    private bool ClaimLocked(out ItemSlice slice, out DeliveryTag tag, ref HubAfterLock duties)
    {
        if (!_channel.IsLeased)
        {
            if (!_channel.Queue.TryClaim(out slice, out tag, out int bytes))
            {
                FoundNothingLocked(ref duties);
                return false;
            }
            ReadLocked(1, bytes, ref duties);
            return true;
        }
        slice = default;
        tag = default;
        if (!_channel.Queue.TryTakeRun(1, long.MaxValue, out ItemBatch run))
        {
            FoundNothingLocked(ref duties);
            return false;
        }
        tag = new DeliveryTag(run.Sequence, run.Deliveries);
        run.Segment.Retain();
        slice = HubQueue.SliceOf(run, _channel.ElementSize);
        _leases.Add(run.Sequence, run);
        LeasedBytes += run.Bytes;
        if (!_channel.FreesSlotWhenSettled)
            _channel.Slots.Release(1);
        _channel.FreedLocked(0, ref duties);
        return true;
    }

    private void ReadLocked(int count, long bytes, ref HubAfterLock duties)
    {
        _channel.Slots.Release(count);
        _channel.FreedLocked(bytes, ref duties);
    }

    private void FoundNothingLocked(ref HubAfterLock duties)
    {
        if (_channel.Readers.HeldItems > 0)
            _channel.Balancer.Hungry();
        if (_channel.Writers.IsGrantWise)
            _channel.Writers.Grant(ref duties);
    }
}
