using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CrossChannels.Flow;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>One direction of a link at its reading end: holds what arrived, as bytes, until a reader claims it.</summary>
/// <remarks>Readers pull; there is no task between the connection and the caller.</remarks>
internal sealed class ItemReceiver
{
    private readonly Lock _sync = new();
    private readonly Outbox _outbox;
    private readonly ItemQueue _queue;
    private readonly DropPolicy? _drops;
    private readonly bool _isSingleReader;
    private readonly WaiterQueue _blocked = new();
    private readonly WaiterQueue _waiting = new();
    private readonly WaiterPool _waitingPool = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ReceiveWindow _window;
    private Closure? _closure;
    private long _joinTarget = long.MaxValue;
    private long _joined = -1;
    private bool _isFinished;

    public ItemReceiver(Outbox outbox, ReceiverOptions options)
    {
        _outbox = outbox;
        ElementSize = options.ElementSize;
        MaxItemBytes = options.MaxItemBytes;
        _drops = options.Drops;
        _isSingleReader = options.IsSingleReader;
        WakeInline = options.WakeInline;
        _queue = new ItemQueue(options.ElementSize, itemwise: _drops is not null);
        _window = new ReceiveWindow(
            _drops is null ? options.Capacity : long.MaxValue, options.MaxUnreadBytes, options.MaxItemBytes + ItemsHeader.LengthPrefix);
    }

    public int ElementSize { get; }

    public int MaxItemBytes { get; }

    /// <summary>Whether a user's continuation may run on a thread that calls into this end.</summary>
    public bool WakeInline { get; }

    public Lock Sync => _sync;

    /// <summary>Every item was taken after the direction had ended, or this end was closed. Called outside the lock, once.</summary>
    public required Action<long> Finished { get; init; }

    public Task Completion => _completion.Task;

    /// <summary>Why the direction is over, once nothing is left to read.</summary>
    public Ending? Ending => Volatile.Read(ref _isFinished) ? _closure!.Ending : null;

    /// <summary>Why no more items will arrive; some may still be left to read.</summary>
    public Closure? Closure => Volatile.Read(ref _closure);

    public CreditFrame FirstCredit => new(_window.Granted.Items, _window.Granted.Bytes);

    public int Count
    {
        get
        {
            lock (_sync)
                return _queue.Count;
        }
    }

    public long ReceivedItems
    {
        get
        {
            lock (_sync)
                return _window.ReceivedItems;
        }
    }

    /// <summary>Takes the next item of a plain fixed size.</summary>
    public bool TryTake<TItem>(out TItem item)
    {
        Duties duties;
        bool taken;
        lock (_sync)
        {
            taken = _queue.TryTake(out item);
            duties = taken ? ConsumedLocked(1, Unsafe.SizeOf<TItem>()) : EmptyLocked();
        }
        if (duties != Duties.None)
            Perform(duties);
        return taken;
    }

    /// <summary>Takes as many items of a plain fixed size as are here and fit.</summary>
    public int TakeMany<TItem>(Span<TItem> destination)
    {
        Duties duties;
        int taken;
        lock (_sync)
        {
            taken = _queue.TakeMany(destination);
            duties = taken > 0 ? ConsumedLocked(taken, (long)taken * Unsafe.SizeOf<TItem>()) : EmptyLocked();
        }
        if (duties != Duties.None)
            Perform(duties);
        return taken;
    }

    /// <summary>Claims the next item, of any size.</summary>
    /// <param name="slice">The caller releases it.</param>
    /// <param name="maxBytes">A larger item stays where it is, and <paramref name="tooLarge"/> tells its size.</param>
    /// <param name="tooLarge">Size in bytes of an item that was left for being too large, otherwise -1.</param>
    public bool TryClaim(out ItemSlice slice, int maxBytes, out int tooLarge)
    {
        Duties duties;
        bool claimed;
        tooLarge = -1;
        lock (_sync)
        {
            if (maxBytes < int.MaxValue && _queue.TryPeek(out slice, out _))
            {
                slice.Release();
                if (slice.Length > maxBytes)
                {
                    tooLarge = slice.Length;
                    slice = default;
                    return false;
                }
            }
            claimed = _queue.TryClaim(out slice, out int bytes);
            duties = claimed ? ConsumedLocked(1, bytes) : EmptyLocked();
        }
        if (duties != Duties.None)
            Perform(duties);
        return claimed;
    }

    public bool TryPeek(out ItemSlice slice)
    {
        lock (_sync)
            return _queue.TryPeek(out slice, out _);
    }

    /// <summary>Queues a caller for one item, unless one is here or the direction is over; then <paramref name="closed"/> tells.</summary>
    /// <returns>False if the caller should try again at once.</returns>
    public bool TryBlock(ReadWaiter waiter, out Closure? closed)
    {
        SendBeforeParking();
        WakeList wake = default;
        lock (_sync)
        {
            closed = _closure;
            if (_queue.Count > 0 || closed is not null)
                return false;
            ReplaceLocked(_blocked, ref wake);
            _blocked.Enqueue(waiter);
        }
        wake.Wake(WakeInline);
        return true;
    }

    /// <summary>Waits until there may be an item; false, or the error, when the direction is over and nothing is left.</summary>
    public ValueTask<bool> WaitAsync(object owner, CancellationToken cancellationToken)
    {
        SendBeforeParking();
        WakeList wake = default;
        Waiter waiter;
        short version;
        lock (_sync)
        {
            if (_queue.Count > 0)
                return new ValueTask<bool>(true);
            if (_closure is { } closure)
                return closure.Error is { } error ? ValueTask.FromException<bool>(error) : new ValueTask<bool>(false);
            ReplaceLocked(_waiting, ref wake);
            waiter = _waitingPool.TryTake() ?? new Waiter(_sync, _waitingPool);
            waiter.Owner = owner;
            _waiting.Enqueue(waiter);
            version = waiter.Version;
        }
        wake.Wake(WakeInline);
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    /// <summary>Takes note of an Items frame before its payload is read.</summary>
    /// <exception cref="MalformedFrameException">The items were sent without credit, or after the last.</exception>
    /// <returns>False if this end is closed and the payload is to be thrown away.</returns>
    public bool Announce(int count, int payloadBytes, bool isOver)
    {
        lock (_sync)
        {
            if (isOver)
                throw new MalformedFrameException($"Frame Items with {count:N0} items came after the frame that says that no more come.");
            long before = _window.ReceivedItems;
            if (!_window.TryReceive(count, payloadBytes))
            {
                (long items, long bytes) = _window.Granted;
                throw new MalformedFrameException(
                    $"Frame Items brings {count:N0} items in {payloadBytes:N0} bytes after {before:N0} items, and the credit is {items:N0} items, {bytes:N0} bytes in all.");
            }
            return _closure is null;
        }
    }

    /// <summary>Takes a checked payload that stands in a buffer of the caller's.</summary>
    public void Receive(ReadOnlySpan<byte> payload, int count, ref WakeList wake)
    {
        if (_drops is not null)
        {
            ReceiveDropping(payload, count, ref wake);
            return;
        }
        Duties duties;
        lock (_sync)
        {
            if (_closure is not null)
                return;
            _queue.Append(payload, count);
            duties = HandOverLocked(ref wake);
        }
        if (duties != Duties.None)
            Perform(duties);
    }

    /// <summary>Takes a checked payload in a segment of its own.</summary>
    public void Receive(Segment segment, int count, ref WakeList wake)
    {
        if (_drops is not null)
        {
            ReceiveDropping(segment.Array.AsSpan(0, segment.Written), count, ref wake);
            segment.Release();
            return;
        }
        Duties duties;
        lock (_sync)
        {
            if (_closure is not null)
            {
                segment.Release();
                return;
            }
            _queue.Append(segment, count);
            duties = HandOverLocked(ref wake);
        }
        if (duties != Duties.None)
            Perform(duties);
    }

    /// <summary>The peer wants to know when so many items have been taken.</summary>
    public void WatchRead(long target)
    {
        Duties duties;
        lock (_sync)
        {
            if (target <= _joined)
                return;
            _joinTarget = target;
            duties = JoinedLocked();
        }
        Perform(duties);
    }

    /// <summary>Ends the direction; the first cause stands. What arrived before stays readable, unless <paramref name="drop"/>.</summary>
    public bool TryClose(Closure closure, bool drop)
    {
        WakeList wake = default;
        Duties duties;
        lock (_sync)
        {
            if (_closure is not null && (!drop || _isFinished))
                return false;
            // A reader that closes what has already ended only throws away the rest.
            if (_closure is null)
                Volatile.Write(ref _closure, closure);
            if (drop)
                _queue.Clear();
            duties = FinishedLocked();
        }
        Perform(duties, ref wake);
        wake.Wake(WakeInline);
        return true;
    }

    /// <summary>Grants what is free. Called with the outbox's lock held.</summary>
    public (long Items, long Bytes) Grant()
    {
        lock (_sync)
            return _window.Grant();
    }

    private void SendBeforeParking()
    {
        bool hasReturn;
        lock (_sync)
            hasReturn = _window.HasReturn && _closure is null;
        _outbox.SendInline(hasReturn);
    }

    private Duties HandOverLocked(ref WakeList wake)
    {
        Duties duties = Duties.None;
        while (_blocked.First is ReadWaiter first && _queue.TryClaim(out ItemSlice slice, out int bytes))
        {
            _blocked.Dequeue();
            first.Item = slice;
            first.Decide(true);
            wake.Add(first);
            duties |= ConsumedLocked(1, bytes);
        }
        if (_queue.Count > 0)
            _waiting.DecideAll(ref wake, true);
        return duties;
    }

    private void ReceiveDropping(ReadOnlySpan<byte> payload, int count, ref WakeList wake)
    {
        List<ItemSlice>? dropped = null;
        Duties duties = Duties.None;
        for (int i = 0; i < count; i++)
        {
            int length = ItemsHeader.LengthOfFirst(payload, ElementSize);
            lock (_sync)
            {
                if (_closure is not null)
                    break;
                bool isFull = _queue.Count >= _drops!.Capacity && _blocked.IsEmpty;
                if (isFull && _drops.Mode != BoundedChannelFullMode.DropWrite)
                    duties |= DropLocked(newest: _drops.Mode == BoundedChannelFullMode.DropNewest, ref dropped);
                _queue.Append(payload[..length], 1);
                if (isFull && _drops.Mode == BoundedChannelFullMode.DropWrite)
                    duties |= DropLocked(newest: true, ref dropped);
                duties |= HandOverLocked(ref wake);
            }
            payload = payload[length..];
        }
        if (duties != Duties.None)
            Perform(duties);
        if (dropped is not null)
            _drops!.Report(dropped);
    }

    private Duties DropLocked(bool newest, ref List<ItemSlice>? dropped)
    {
        ItemSlice slice;
        int bytes;
        if (newest)
            slice = _queue.ClaimNewest(out bytes);
        else
            _queue.TryClaim(out slice, out bytes);
        (dropped ??= []).Add(slice);
        return ConsumedLocked(1, bytes);
    }

    /// <summary>With an unbounded channel of a single reader a second pending read cancels the first, as in process.</summary>
    private void ReplaceLocked(WaiterQueue queue, ref WakeList wake)
    {
        if (_isSingleReader && !queue.IsEmpty)
            queue.DecideAll(ref wake, false, new OperationCanceledException());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Duties ConsumedLocked(int count, long bytes)
    {
        _window.Consume(count, bytes);
        Duties duties = _window.IsReturnDue ? Duties.Credit : Duties.None;
        if (_window.ConsumedItems >= _joinTarget)
            duties |= JoinedLocked();
        if (_closure is not null)
            duties |= FinishedLocked();
        return duties;
    }

    private Duties EmptyLocked() => _window.HasReturn && _closure is null ? Duties.CreditInline : Duties.None;

    private Duties JoinedLocked()
    {
        if (_window.ConsumedItems < _joinTarget)
            return Duties.None;
        _joinTarget = long.MaxValue;
        _joined = _window.ConsumedItems;
        return Duties.Joined;
    }

    private Duties FinishedLocked()
    {
        if (_isFinished || _closure is null || _queue.Count > 0)
            return Duties.None;
        Volatile.Write(ref _isFinished, true);
        _queue.Clear();
        return Duties.Finish;
    }

    private void Perform(Duties duties)
    {
        WakeList wake = default;
        Perform(duties, ref wake);
        wake.Wake(WakeInline);
    }

    private void Perform(Duties duties, ref WakeList wake)
    {
        if ((duties & Duties.Joined) != 0)
            _outbox.Post(new OutFrame(FrameType.Joined, ConsumedItems));
        if ((duties & Duties.Finish) != 0)
        {
            Finish(ref wake);
            Finished(ConsumedItems);
        }
        else if ((duties & Duties.CreditInline) != 0)
        {
            _outbox.SendInline(withCredit: true);
        }
        else if ((duties & Duties.Credit) != 0)
        {
            _outbox.PostCredit();
        }
    }

    private long ConsumedItems
    {
        get
        {
            lock (_sync)
                return _window.ConsumedItems;
        }
    }

    /// <summary>Sets <see cref="Completion"/> before blocked readers wake.</summary>
    private void Finish(ref WakeList wake)
    {
        Closure closure = _closure!;
        switch (closure.Error)
        {
            case null:
                _completion.TrySetResult();
                break;
            case OperationCanceledException canceled:
                _completion.TrySetCanceled(canceled.CancellationToken);
                break;
            default:
                _completion.TrySetException(closure.Error);
                _ = _completion.Task.Exception;
                break;
        }
        lock (_sync)
        {
            _blocked.DecideAll(ref wake, false, closure.ForItem());
            _waiting.DecideAll(ref wake, false, closure.Error);
        }
    }

    [Flags]
    private enum Duties
    {
        None = 0,
        Credit = 1,

        /// <summary>A reader that found nothing is about to wait, or polls: send on its thread.</summary>
        CreditInline = 2,
        Joined = 4,
        Finish = 8,
    }
}
