using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CrossChannels.Links;

namespace CrossChannels.Hub;

/// <summary>The owner's calls into a channel: synchronous, under the channel's lock.</summary>
internal sealed class OwnerSide
{
    private readonly QueueChannel _channel;
    private readonly Lock _sync;
    private readonly ReaderWaiters _readers;
    private readonly WaiterQueue _blocked = new();
    private readonly WaiterQueue _waiting = new();
    private readonly WaiterPool _blockedPool = new();
    private readonly WaiterPool _waitingPool = new();
    private readonly SortedDictionary<long, HeldRun> _leases = [];
    private ItemLimit _limit;

    public OwnerSide(QueueChannel channel)
    {
        _channel = channel;
        _sync = channel.Sync;
        _readers = new ReaderWaiters(_sync, channel.IsSingleReader);
        _limit = new ItemLimit(channel.MaxItemBytes);
    }

    public Task Completion => _readers.Completion;

    public bool IsReaderWaiting => _readers.IsAnyWaiting;

    /// <summary>Leases that the owner has taken and not settled.</summary>
    public int LeaseCount => _leases.Count;

    public long LeasedBytes { get; private set; }

    public long LowestLease => _leases.Count == 0 ? long.MaxValue : _leases.Keys.First();

    public int WaitingWriters => _blocked.Count + _waiting.Count;

    public int WaitingReaders => _readers.WaiterCount;

    private bool HasRoomLocked => _channel.WriterClosure is null && _blocked.IsEmpty && IsRoomLocked;

    private bool IsRoomLocked => !_channel.IsFullOfBytes && _channel.Writers.HasOwnersSlot;

    /// <summary>Takes the next item of a plain fixed size.</summary>
    public bool TryTake<TItem>([MaybeNullWhen(false)] out TItem item)
    {
        HubDuties duties = default;
        lock (_sync)
        {
            if (!_channel.Queue.TryTake(out item))
            {
                FoundNothingLocked(ref duties);
                return false;
            }
            ReadLocked(1, Unsafe.SizeOf<TItem>(), ref duties);
        }
        duties.Run(_channel);
        return true;
    }

    /// <summary>Takes as many items of a plain fixed size as are here and fit.</summary>
    public int TakeMany<TItem>(Span<TItem> destination)
    {
        HubDuties duties = default;
        int taken;
        lock (_sync)
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
        HubDuties duties = default;
        tooLarge = -1;
        tag = default;
        lock (_sync)
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
            if (!ClaimLocked(out slice, out tag, ref duties))
                return false;
        }
        duties.Run(_channel);
        return true;
    }

    public bool TryPeek(out ItemSlice slice)
    {
        slice = default;
        lock (_sync)
            return _channel.Queue.Count > 0 && _channel.Queue.TryPeek(out slice);
    }

    /// <summary>Queues a caller for one item, unless one is here or the channel is over.</summary>
    public bool TryBlock(ReadWaiter waiter, out Closure? closed)
    {
        HubDuties duties = default;
        lock (_sync)
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
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken)
    {
        HubDuties duties = default;
        Waiter waiter;
        short version;
        lock (_sync)
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

    /// <summary>Accepts one item of a plain fixed size.</summary>
    public bool TryAccept<TItem>(TItem item)
    {
        HubDuties duties = default;
        bool isAccepted;
        lock (_sync)
        {
            isAccepted = HasRoomLocked;
            if (isAccepted)
                AppendLocked(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<TItem, byte>(ref item), Unsafe.SizeOf<TItem>()), isNull: false, ref duties);
            else
                RefusedLocked(ref duties);
        }
        duties.Run(_channel);
        return isAccepted;
    }

    /// <summary>Accepts one serialized item.</summary>
    /// <exception cref="ItemTooLargeException">No reader will ever take it.</exception>
    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull)
    {
        HubDuties duties = default;
        bool isAccepted;
        lock (_sync)
        {
            if (_channel.WriterClosure is not null)
                return false;
            if (_limit.Check(item.Length) is { } error)
                throw error;
            isAccepted = HasRoomLocked;
            if (isAccepted)
                AppendLocked(item, isNull, ref duties);
            else
                RefusedLocked(ref duties);
        }
        duties.Run(_channel);
        return isAccepted;
    }

    /// <summary>Whether it is worth while to serialize an item; a hint.</summary>
    public bool MayAccept
    {
        get
        {
            HubDuties duties = default;
            lock (_sync)
            {
                if (HasRoomLocked)
                    return true;
                RefusedLocked(ref duties);
            }
            duties.Run(_channel);
            return false;
        }
    }

    /// <summary>Accepts one serialized item, or waits until there is room.</summary>
    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken)
    {
        HubDuties duties = default;
        WriteWaiter? waiter = null;
        short version = 0;
        lock (_sync)
        {
            if (_channel.WriterClosure is { } closure)
                return ValueTask.FromException(closure.ForItem());
            if (_limit.Check(item.Length) is { } error)
                return ValueTask.FromException(error);
            if (HasRoomLocked)
            {
                AppendLocked(item, isNull, ref duties);
            }
            else
            {
                waiter = (WriteWaiter?)_blockedPool.TryTake() ?? new WriteWaiter(_sync, _blockedPool);
                waiter.SetItem(item, isNull);
                _blocked.Enqueue(waiter);
                version = waiter.Version;
                _channel.Writers.OwnerWants(isWaiting: true, ref duties);
            }
        }
        duties.Run(_channel);
        if (waiter is null)
            return default;
        waiter.Watch(cancellationToken);
        return new ValueTask(waiter, version);
    }

    /// <summary>Waits until there may be room.</summary>
    public ValueTask<bool> WaitToWriteAsync(CancellationToken cancellationToken)
    {
        HubDuties duties = default;
        Waiter waiter;
        short version;
        lock (_sync)
        {
            if (_channel.WriterClosure is { } closure)
                return closure.Error is { } error ? ValueTask.FromException<bool>(error) : new ValueTask<bool>(false);
            if (HasRoomLocked)
                return new ValueTask<bool>(true);
            waiter = _waitingPool.TryTake() ?? new Waiter(_sync, _waitingPool);
            _waiting.Enqueue(waiter);
            version = waiter.Version;
            _channel.Writers.OwnerWants(isWaiting: true, ref duties);
        }
        duties.Run(_channel);
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    /// <summary>Settles a lease of the owner's.</summary>
    /// <returns>False if it is settled already.</returns>
    public bool TrySettle(long sequence, bool isCompleted)
    {
        HubDuties duties = default;
        lock (_sync)
        {
            if (!_leases.Remove(sequence, out HeldRun run))
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
                _channel.ReturnLocked(run, wasDelivered: true, hadSlot: _channel.FreesSlotWhenSettled, ref duties);
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
        long oldest;
        lock (_sync)
            oldest = LowestLease;
        return oldest != long.MaxValue && TrySettle(oldest, isCompleted: true);
    }

    /// <summary>Takes items that were delivered too often elsewhere; there is always room.</summary>
    public void Bury(ReadOnlySpan<byte> payload, int count)
    {
        HubDuties duties = default;
        lock (_sync)
        {
            if (_channel.IsOver)
                return;
            _channel.Queue.Append(payload, count);
            _channel.Slots.Occupy(count);
            _channel.ChargeLocked(payload.Length, ref duties);
            _channel.DeliverLocked(ref duties);
        }
        duties.Run(_channel);
    }

    /// <summary>Waits until every item that is in the channel now is processed.</summary>
    public async ValueTask JoinAsync(CancellationToken cancellationToken)
    {
        HubDuties duties = default;
        var joined = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_sync)
        {
            _channel.AddJoinLocked(
                error =>
                {
                    if (error is null)
                        joined.TrySetResult();
                    else
                        joined.TrySetException(error);
                },
                ref duties);
        }
        duties.Run(_channel);
        await joined.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands queued items to readers that wait for one, then wakes those that wait for any.</summary>
    /// <returns>Whether any were woken.</returns>
    internal bool HandOverLocked(ref HubDuties duties)
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

    /// <summary>There may be room: lets a blocked write in, or wakes those that wait for room.</summary>
    internal OwnerAdmission AdmitLocked(ref HubDuties duties)
    {
        if (_blocked.IsEmpty && _waiting.IsEmpty)
            return OwnerAdmission.NobodyThere;
        while (_blocked.First is WriteWaiter first && IsRoomLocked)
        {
            _blocked.Dequeue();
            AppendLocked(first.Item, first.IsNull, ref duties);
            first.Decide(true);
            duties.Wake.Add(first);
        }
        // Those that wait for room are woken only for room that no blocked write took.
        if (!_blocked.IsEmpty || (!_waiting.IsEmpty && !IsRoomLocked))
            return OwnerAdmission.MoreWaiting;
        _waiting.DecideAll(ref duties.Wake, true);
        return OwnerAdmission.Served;
    }

    internal void CloseWritersLocked(Closure closure, ref HubDuties duties)
    {
        _blocked.DecideAll(ref duties.Wake, false, closure.ForItem());
        _waiting.DecideAll(ref duties.Wake, false, closure.Error);
    }

    internal void EndLocked(Closure closure, ref HubDuties duties)
    {
        foreach (HeldRun run in _leases.Values)
            run.Release();
        _leases.Clear();
        LeasedBytes = 0;
        _readers.End(closure, ref duties.Wake);
    }

    private bool ClaimLocked(out ItemSlice slice, out DeliveryTag tag, ref HubDuties duties)
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
        if (!_channel.Queue.TryTakeRun(1, long.MaxValue, out HeldRun run))
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

    private void ReadLocked(int count, long bytes, ref HubDuties duties)
    {
        _channel.Slots.Release(count);
        _channel.FreedLocked(bytes, ref duties);
    }

    private void FoundNothingLocked(ref HubDuties duties)
    {
        if (_channel.Readers.HeldItems > 0)
            _channel.Balancer.Hungry(ref duties);
    }

    private void RefusedLocked(ref HubDuties duties)
    {
        if (_channel.WriterClosure is null)
            _channel.Writers.OwnerWants(isWaiting: false, ref duties);
    }

    private void AppendLocked(ReadOnlySpan<byte> item, bool isNull, ref HubDuties duties)
    {
        _channel.Writers.TakeOwnersSlot();
        int bytes = _channel.Queue.AppendItem(item, isNull);
        _channel.ChargeLocked(bytes, ref duties);
        _channel.DeliverLocked(ref duties);
    }
}
