using System.Runtime.CompilerServices;
using CrossChannels.Diagnostics;
using CrossChannels.Protocol;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>One direction of a link at its reading end: holds what arrived, as bytes, until a reader claims it.</summary>
/// <remarks>Readers pull; there is no task between the connection and the caller.</remarks>
internal sealed class ItemReceiver : ReceivingHalf
{
    private readonly RankedLock _sync = new(LockRank.Receiver);
    private readonly Outbox _outbox;
    private readonly ItemQueue _queue;
    private readonly DropPolicy? _drops;
    private readonly ReaderWaiters _waiters;
    private readonly ILaneFeed? _feed;
    private ReceiverAccounting _account;
    private (long Received, long Consumed) _atReclaim = (-1, -1);
    private Closure? _closure;
    private bool _isFinished;
    private bool _hasFeedback;
    private int _isViolationTold;

    public ItemReceiver(Outbox outbox, ReceiverOptions options, ILaneFeed? feed = null)
    {
        _outbox = outbox;
        _feed = feed;
        ElementSize = options.ElementSize;
        MaxItemBytes = options.MaxItemBytes;
        _drops = options.Drops;
        _waiters = new ReaderWaiters(_sync, options.IsSingleReader, options.WakeInline);
        WakeInline = options.WakeInline;
        _queue = new ItemQueue(options.ElementSize, itemwise: _drops is not null);
        _account = new ReceiverAccounting(options);
    }

    public override int ElementSize { get; }

    public override int MaxItemBytes { get; }

    /// <summary>As the built-in channel of a single reader, which does not count.</summary>
    public bool IsSingleReader => _waiters.IsSingleReader;

    /// <summary>Whether a user's continuation may run on a thread that calls into this end.</summary>
    public bool WakeInline { get; }

    /// <summary>Guards this end; never taken before the outbox's lock is released, except by the outbox itself.</summary>
    public RankedLock Sync => _sync;

    public Task Completion => _waiters.Completion;

    public override Ending? Ending => Volatile.Read(ref _isFinished) ? _closure!.Ending : null;

    public override Closure? Closure => Volatile.Read(ref _closure);

    public override void Meet(Hello peer)
    {
        if (_account.Shared is { } shared)
        {
            shared.IsOnDemand |= peer.IsOnDemand;
            _waiters.IsSingleReader |= peer.IsSingleReader;
        }
    }

    public override CreditFrame FirstCredit => _account.FirstCredit;

    public int Count { get { using (_sync.Enter()) return (int)Math.Min(_queue.Count + (_feed?.Unfed ?? 0), int.MaxValue); } }

    public override bool IsSharedMemory => _feed is not null;

    public override bool HasWaiters { get { using (_sync.Enter()) return _waiters.IsAnyWaiting; } }

    public override long ReceivedItems { get { using (_sync.Enter()) return _account.ReceivedItems + (_feed?.Unfed ?? 0); } }

    /// <summary>Takes the next item of a plain fixed size.</summary>
    public bool TryTake<TItem>(out TItem item)
    {
        AfterLock duties;
        bool taken;
        using (_sync.Enter())
            taken = TryTakeLocked(out item, out duties);
        if (duties != AfterLock.None)
            Perform(duties);
        return taken;
    }

    /// <summary>Takes the next item of a plain fixed size, with which delivery it is.</summary>
    public bool TryTake<TItem>(out TItem item, out DeliveryTag tag)
    {
        AfterLock duties;
        bool taken;
        using (_sync.Enter())
        {
            taken = TryTakeLocked(out item, out duties);
            tag = taken ? _account.Shared!.Hand() : default;
        }
        if (duties != AfterLock.None)
            Perform(duties);
        return taken;
    }

    /// <summary>Takes as many items of a plain fixed size as are here and fit.</summary>
    public int TakeMany<TItem>(Span<TItem> destination)
    {
        AfterLock duties;
        int taken;
        using (_sync.Enter())
        {
            int there = HasItemsLocked() ? Math.Min(_queue.Count, destination.Length) : 0;
            taken = there > 0 && TryHandLocked(there) ? _queue.TakeMany(destination) : 0;
            if (taken > 0)
                _feed?.Handed(taken);
            duties = taken > 0 ? ConsumedLocked(taken, (long)taken * Unsafe.SizeOf<TItem>()) : EmptyLocked();
        }
        if (duties != AfterLock.None)
            Perform(duties);
        return taken;
    }

    /// <summary>Claims the next item, of any size.</summary>
    /// <param name="slice">The caller releases it.</param>
    /// <param name="tag">Which delivery it is, where that is counted.</param>
    /// <param name="maxBytes">A larger item stays where it is, and <paramref name="tooLarge"/> tells its size.</param>
    /// <param name="tooLarge">Size in bytes of an item that was left for being too large, otherwise -1.</param>
    public bool TryClaim(out ItemSlice slice, out DeliveryTag tag, int maxBytes, out int tooLarge)
    {
        AfterLock duties;
        bool claimed;
        tooLarge = -1;
        tag = default;
        using (_sync.Enter())
        {
            if (maxBytes < int.MaxValue && HasItemsLocked() && _queue.TryPeek(out slice, out _))
            {
                slice.Release();
                if (slice.Length > maxBytes)
                {
                    tooLarge = slice.Length;
                    slice = default;
                    return false;
                }
            }
            slice = default;
            int bytes = 0;
            claimed = TryHandLocked(1) && _queue.TryClaim(out slice, out bytes);
            if (claimed && _account.Shared is { } shared)
                tag = shared.Hand();
            if (claimed)
                _feed?.Handed(1);
            duties = claimed ? ConsumedLocked(1, bytes) : EmptyLocked();
        }
        if (duties != AfterLock.None)
            Perform(duties);
        return claimed;
    }

    public bool TryPeek(out ItemSlice slice)
    {
        AfterLock duties;
        slice = default;
        using (_sync.Enter())
        {
            if (HasItemsLocked() && _queue.TryPeek(out slice, out _))
                return true;
            duties = EmptyLocked();
        }
        // As a read that finds nothing: one that only peeks would never be sent an item.
        if (duties != AfterLock.None)
            Perform(duties);
        return false;
    }

    /// <summary>Queues a caller for one item, unless one is here or the direction is over; then <paramref name="closed"/> tells.</summary>
    /// <returns>False if the caller should try again at once.</returns>
    public bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed)
    {
        SendBeforeParking(isBlocked: true);
        WakeList wake = default;
        AfterLock duties;
        bool isShort;
        using (_sync.Enter())
        {
            closed = _closure;
            if (HasItemsLocked() || closed is not null)
                return false;
            _waiters.Block(waiter, ref wake);
            isShort = _account.IsShort(_waiters.Wanted);
            duties = ParkLocked(ref wake);
        }
        if (isShort)
            _outbox.ScheduleFeedback();
        if (duties != AfterLock.None)
            Perform(duties, ref wake);
        wake.Wake(WakeInline);
        return true;
    }

    /// <summary>Waits until there may be an item; false, or the error, when the direction is over and nothing is left.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        SendBeforeParking(isBlocked: false);
        WakeList wake = default;
        AfterLock duties;
        Waiter waiter;
        short version;
        bool isShort;
        using (_sync.Enter())
        {
            if (HasItemsLocked())
                return new ValueTask<bool>(true);
            if (_closure is { } closure)
                return closure.EndWaitAsync();
            waiter = _waiters.Wait(ref wake);
            version = waiter.Version;
            isShort = _account.IsShort(_waiters.Wanted);
            duties = ParkLocked(ref wake);
        }
        if (isShort)
            _outbox.ScheduleFeedback();
        if (duties != AfterLock.None)
            Perform(duties, ref wake);
        wake.Wake(WakeInline);
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    public override int Announce(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension, out bool isDiscarding)
    {
        if (_feed is not null)
            throw new MalformedFrameException($"Frame Items with {items.Count:N0} items came, and the items of this direction come by a lane.");
        using (_sync.Enter())
        {
            int payload = _account.Arrive(header, items, extension, ElementSize);
            isDiscarding = _closure is not null;
            return payload;
        }
    }

    public override void Receive(ReadOnlySpan<byte> payload, int count, ref WakeList wake) => Receive(payload, null, count, ref wake);

    public override void Receive(Segment segment, int count, ref WakeList wake) =>
        Receive(segment.Array.AsSpan(0, segment.Written), segment, count, ref wake);

    public override bool WatchRead(long target)
    {
        AfterLock duties;
        bool isUnderWay;
        using (_sync.Enter())
        {
            isUnderWay = _account.IsJoining;
            duties = _account.TryJoin(target) ? AfterLock.Joined : AfterLock.None;
        }
        Perform(duties);
        return !isUnderWay;
    }

    public override bool TryClose(Closure closure, bool drop)
    {
        WakeList wake = default;
        AfterLock duties;
        using (_sync.Enter())
        {
            if (_closure is not null && (!drop || _isFinished))
                return false;
            while (_closure is null && FeedLocked())
            {
                // All that was published came before the end.
            }
            if (_closure is null && !drop)
                _ = HandOverLocked(ref wake);
            // A reader that closes what has already ended only throws away the rest.
            if (_closure is null)
                Volatile.Write(ref _closure, closure);
            // What the hub has given to others is theirs.
            if (drop || _feed is { IsWithdrawn: true })
                _queue.Clear();
            duties = FinishedLocked();
            if (_account.Shared is not null)
                duties |= AfterLock.LastReport;
            Leases?.Close(closure.ForItem());
        }
        Perform(duties, ref wake);
        wake.Wake(WakeInline);
        return true;
    }

    /// <summary>Gives those that wait to the lane that takes this half's place, before it has a connection. From here on no call is let in.</summary>
    /// <returns>Null if this end is closed.</returns>
    internal ReaderWaiters? TryHandOverLocked()
    {
        _sync.AssertHeld();
        if (_closure is not null)
            return null;
        _isFinished = true;
        Volatile.Write(ref _closure, Closure.HandedOver);
        return _waiters;
    }

    public override bool HasFeedback => Volatile.Read(ref _hasFeedback);

    public override int WriteFeedback(Span<byte> room, out bool hasMore)
    {
        using (_sync.Enter())
        {
            // Cleared under the lock that it is set under, so that what is consumed from now on is seen by the next write.
            Volatile.Write(ref _hasFeedback, false);
            int length = _account.Write(room, isOpen: _closure is null, out bool isAll);
            hasMore = !isAll;
            return length;
        }
    }

    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        if (type == FrameType.Settled && Leases is { } leases)
        {
            using (_sync.Enter())
                leases.Confirm(CounterFrame.Read(body, type));
            return true;
        }
        if (type == FrameType.Doorbell && _feed is { } feed)
        {
            AfterLock duties;
            using (_sync.Enter())
            {
                feed.Rung();
                duties = _closure is null ? ParkLocked(ref wake) : AfterLock.None;
            }
            ChannelMetrics.Rung(_outbox.Tags);
            if (duties != AfterLock.None)
                Perform(duties);
            return true;
        }
        if (_account.Shared is null || type != FrameType.Reclaim)
            return false;
        using (_sync.Enter())
        {
            while (_closure is null && FeedLocked())
            {
                // The newest are what is cut.
            }
            _atReclaim = (_account.ReceivedItems, _account.ConsumedItems);
            _account.Cut(_queue, CounterFrame.Read(body, type));
        }
        _outbox.ScheduleFeedback();
        return true;
    }

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body)
    {
        using (_sync.Enter())
        {
            return type switch
            {
                FrameType.Doorbell => _feed is { IsRungInVain: true },
                FrameType.Reclaim => _atReclaim == (_account.ReceivedItems, _account.ConsumedItems),
                FrameType.Settled => Leases?.Confirmed == CounterFrame.Read(body, type),
                _ => false,
            };
        }
    }

    /// <summary>Whether an item can be taken.</summary>
    public bool HasItems { get { using (_sync.Enter()) return HasItemsLocked(); } }

    /// <summary>Waits on this thread for a moment, where items come by a lane and that pays.</summary>
    /// <returns>Whether one may be here.</returns>
    public bool Spin() => _feed is { } feed && Closure is null && (HasItems || feed.Spin());

    /// <summary>The leases of this end, if it has any; to be used under <see cref="Sync"/>, and followed by <see cref="SendSettled"/>.</summary>
    public LeaseBook? Leases => _account.Shared?.Leases;

    /// <summary>Has what was settled sent, soon.</summary>
    public void SendSettled() => _outbox.ScheduleFeedback();

    private void SendBeforeParking(bool isBlocked)
    {
        bool isWise;
        using (_sync.Enter())
            isWise = IsFeedbackWiseLocked(wanted: 1 + (isBlocked ? _waiters.Wanted : _waiters.BlockedCount));
        _outbox.SendInline(isWise);
    }

    private bool IsFeedbackWiseLocked(int wanted)
    {
        _sync.AssertHeld();
        return _account.IsFeedbackWise(isOpen: _closure is null, isEmpty: !HasItemsLocked(), wanted);
    }

    /// <summary>Whether an item can be handed to the program.</summary>
    private bool HasItemsLocked() => _feed is null ? _queue.Count > 0 : HasFedItemsLocked(_feed);

    private bool HasFedItemsLocked(ILaneFeed feed)
    {
        if (_queue.Count == 0 && _closure is null)
            FeedLocked();
        return _queue.Count > 0 && !feed.IsWithdrawn;
    }

    /// <summary>Whether so many items may be handed to the program; those of a lane may have been withdrawn.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryHandLocked(int count) => _feed is null || (HasFedItemsLocked(_feed) && _feed.TryHand(count));

    /// <summary>Takes a batch from the lane.</summary>
    private bool FeedLocked()
    {
        _sync.AssertHeld();
        if (_feed is not { } feed || !feed.TryFeed(_queue, out int count, out int bytes, out int deliveries))
            return false;
        if (!_account.TryArriveFed(count, bytes, deliveries))
            feed.Violate($"The lane brings {count:N0} items in {bytes:N0} bytes, and that many were not asked for.");
        return true;
    }

    /// <summary>Serves those that wait, and has the hub ring if any are left.</summary>
    private AfterLock ParkLocked(ref WakeList wake)
    {
        _sync.AssertHeld();
        AfterLock duties = AfterLock.None;
        bool isParked = false;
        if (_feed is not { } feed)
            return duties;
        do
        {
            FeedLocked();
            duties |= HandOverLocked(ref wake);
        }
        // An item that came between the two is in the queue, where nobody rings for it.
        while (_closure is null && _waiters.IsAnyWaiting && (HasItemsLocked() || !(isParked = feed.TryPark())));
        if (isParked)
            duties |= AfterLock.Parked;
        if (feed.TryWakeHub())
            duties |= AfterLock.RingHub;
        return feed.Violation is null ? duties : duties | AfterLock.Violated;
    }

    private AfterLock HandOverLocked(ref WakeList wake)
    {
        _sync.AssertHeld();
        // These items may have used up the sender's credit while slots are free that were too few to return before.
        AfterLock duties = _account.IsGrantDue ? AfterLock.Feedback : AfterLock.None;
        while (!_waiters.IsNoneBlocked && TryHandLocked(1) && _queue.TryClaim(out ItemSlice slice, out int bytes))
        {
            _feed?.Handed(1);
            ReadWaiter first = _waiters.NextBlocked();
            first.Item = slice;
            if (_account.Shared is { } shared)
                first.Tag = shared.Hand();
            first.Decide(true);
            wake.Add(first);
            duties |= ConsumedLocked(1, bytes);
        }
        if (HasItemsLocked())
            _waiters.WakeWaiting(ref wake);
        return duties;
    }

    private void Receive(ReadOnlySpan<byte> payload, Segment? segment, int count, ref WakeList wake)
    {
        AfterLock duties = AfterLock.None;
        List<ItemSlice>? dropped = null;
        using (_sync.Enter())
        {
            if (_closure is null && _drops is not null)
            {
                duties = AppendDroppingLocked(payload, count, dropped = [], ref wake);
            }
            else if (_closure is null)
            {
                if (segment is null)
                    _queue.Append(payload, count);
                else
                    _queue.Append(segment, count);
                segment = null;
                duties = HandOverLocked(ref wake);
            }
        }
        segment?.Release();
        if (duties != AfterLock.None)
            Perform(duties);
        if (dropped is { Count: > 0 })
            _drops!.Report(dropped);
    }

    private AfterLock AppendDroppingLocked(ReadOnlySpan<byte> payload, int count, List<ItemSlice> dropped, ref WakeList wake)
    {
        _sync.AssertHeld();
        _account.ArriveDroppable(payload.Length);
        AfterLock duties = AfterLock.None;
        for (int i = 0; i < count; i++)
        {
            int length = ItemsHeader.LengthOfFirst(payload, ElementSize);
            duties |= ConsumedLocked(_drops!.Append(_queue, payload[..length], ref _account.DroppableBytes, dropped), 0);
            duties |= HandOverLocked(ref wake);
            payload = payload[length..];
        }
        return duties;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTakeLocked<TItem>(out TItem item, out AfterLock duties)
    {
        _sync.AssertHeld();
        item = default!;
        bool taken = TryHandLocked(1) && _queue.TryTake(out item);
        if (taken)
            _feed?.Handed(1);
        duties = taken ? ConsumedLocked(1, Unsafe.SizeOf<TItem>()) : EmptyLocked();
        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private AfterLock ConsumedLocked(int count, long bytes)
    {
        _sync.AssertHeld();
        AfterLock duties = _account.Consume(count, bytes, _queue.Count);
        Volatile.Write(ref _hasFeedback, true);
        if (_closure is not null)
            duties |= FinishedLocked();
        return duties;
    }

    private AfterLock EmptyLocked()
    {
        _sync.AssertHeld();
        _closure?.ThrowIfMoved();
        AfterLock duties = _feed is { Violation: not null } ? AfterLock.Violated : AfterLock.None;
        return duties | (IsFeedbackWiseLocked(Math.Max(1, _waiters.Wanted)) ? AfterLock.FeedbackInline : AfterLock.None);
    }

    private AfterLock FinishedLocked()
    {
        _sync.AssertHeld();
        if (_isFinished || _closure is null || _queue.Count > 0)
            return AfterLock.None;
        Volatile.Write(ref _isFinished, true);
        _queue.Clear();
        _feed?.Close();
        return AfterLock.Finish;
    }

    private void Perform(AfterLock duties)
    {
        WakeList wake = default;
        Perform(duties, ref wake);
        wake.Wake(WakeInline);
    }

    private void Perform(AfterLock duties, ref WakeList wake)
    {
        if ((duties & AfterLock.RingHub) != 0)
            _outbox.PostInline(new OutFrame(FrameType.Doorbell, Doorbell.Taken));
        if ((duties & AfterLock.Parked) != 0)
            ChannelMetrics.Parked(_outbox.Tags);
        if ((duties & AfterLock.Violated) != 0 && Interlocked.Exchange(ref _isViolationTold, 1) == 0)
            Violated(_feed!.Violation!);
        if ((duties & AfterLock.Joined) != 0)
            _outbox.Post(new OutFrame(FrameType.Joined, ConsumedItems));
        if ((duties & AfterLock.LastReport) != 0)
            _outbox.Post(new OutFrame(FrameType.Report, ReportedItems));
        if ((duties & AfterLock.Finish) != 0)
        {
            WakeList ended = default;
            using (_sync.Enter())
                _waiters.End(_closure!, ref ended);
            // A process that exits leaves its threads where they are.
            if (!_closure!.IsExit)
                wake.Append(ref ended);
            Finished(ConsumedItems);
        }
        else if ((duties & AfterLock.FeedbackInline) != 0)
        {
            _outbox.SendInline(withFeedback: true);
        }
        else if ((duties & AfterLock.Feedback) != 0)
        {
            _outbox.ScheduleFeedback();
        }
    }

    private long ReportedItems { get { using (_sync.Enter()) return _account.ReportedItems; } }

    private long ConsumedItems { get { using (_sync.Enter()) return _account.ConsumedItems; } }
}

/// <summary>What a reader's call has to do once it has left the lock.</summary>
[Flags]
internal enum AfterLock
{
    None = 0,

    /// <summary>Have feedback sent, by the pool.</summary>
    Feedback = 1,

    /// <summary>Send feedback on this thread: a reader that found nothing is about to wait, or polls.</summary>
    FeedbackInline = 2,

    /// <summary>Answer a join.</summary>
    Joined = 4,

    /// <summary>Say what was read, since nothing more will be.</summary>
    LastReport = 16,

    /// <summary>The direction is over and nothing is left to read.</summary>
    Finish = 8,

    /// <summary>Ring for the hub, which waits for room on the lane.</summary>
    RingHub = 32,

    /// <summary>The lane says what no correct hub says.</summary>
    Violated = 64,

    /// <summary>Count that the hub is to ring.</summary>
    Parked = 128,
}
