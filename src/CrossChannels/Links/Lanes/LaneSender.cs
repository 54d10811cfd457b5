using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using CrossChannels.Diagnostics;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>One direction of a link at its writing end, where the items go by a lane: a write publishes, and what is published is received.</summary>
/// <remarks>
/// At a hub it is once the hub looks at the lane: of a lane that is parked it has to hear first.
/// The outbox's lock guards waiters and endings. The gate guards the lane, and is all that a call takes while nobody waits and nothing ends;
/// where both are needed the lock is taken first.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class LaneSender : SendingHalf
{
    private static readonly long s_lingerTicks = Stopwatch.Frequency / 500_000;

    private readonly Outbox _outbox;
    private readonly RankedLock _sync;
    private readonly bool _wakeInline;
    private readonly bool _isShared;
    private readonly WriterWaiters _waiters;
    private readonly WaiterQueue _blocked;
    private readonly AckWatch _received;
    private readonly AckWatch _read;
    private readonly SharedSegment _segment;
    private readonly LaneWriter _lane;
    private readonly RentDesk? _rents;
    private LaneGate _gate;
    private ItemLimit _limit;
    private Closure? _closure;
    private Exception? _detached;
    private LaneWait _wait;
    private long _unread;
    private long _rungFor;
    private bool _isMapped = true;
    private bool _isSlow;
    private int _isViolationTold;

    public LaneSender(Outbox outbox, SenderOptions options, LaneEnd end, bool isFenceShared)
        : this(outbox, options, end, isFenceShared, waiters: null, new AckWatch(outbox, FrameType.Join))
    {
    }

    /// <summary>In place of a half that waited for its connection. Called with <see cref="Outbox.Sync"/> held.</summary>
    /// <param name="outbox">Of the link.</param>
    /// <param name="options">Of the channel.</param>
    /// <param name="end">The lane, with room for what the other half has accepted.</param>
    /// <param name="isFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
    /// <param name="before">The other half. Those that wait there are let in by <see cref="Resume"/>.</param>
    /// <param name="wake">Gets those that need not wait any more.</param>
    public LaneSender(Outbox outbox, SenderOptions options, LaneEnd end, bool isFenceShared, ItemSender before, ref WakeList wake)
        : this(outbox, options, end, isFenceShared, before.Waiters, before.ReadWatch)
    {
        _sync.AssertHeld();
        _closure = before.HandOverLocked((item, isNull) => _lane.TryWrite(item, isNull), ref wake);
        if (_closure is { Error: null, Ending.Kind: EndingKind.Completed })
            _lane.Close();
        // No call overtakes those that wait.
        _isSlow = true;
    }

    private LaneSender(Outbox outbox, SenderOptions options, LaneEnd end, bool isFenceShared, WriterWaiters? waiters, AckWatch read)
    {
        _outbox = outbox;
        _sync = outbox.Sync;
        _wakeInline = options.WakeInline;
        _limit = new ItemLimit(options.MaxItemBytes);
        _isShared = options.IsShared;
        _waiters = waiters ?? new WriterWaiters(outbox, isShared: false, _isShared ? WithdrawWantLocked : null);
        _blocked = _waiters.Blocked;
        _received = new AckWatch(outbox, FrameType.Flush);
        _read = read;
        _segment = end.Segment;
        _lane = new LaneWriter(end.Segment, end.Layout, isFenceShared, options.MaxUnsentBytes);
        _rents = end.Layout.RentBytes > 0 ? new RentDesk(end, options.Logger) : null;
    }

    public override Closure? Closure => Volatile.Read(ref _closure);

    /// <summary>What the reader had not taken when the lane ended; until then everything published is received.</summary>
    public override long UnreceivedCount => Volatile.Read(ref _unread);

    public override bool IsLane => true;

    public override bool HasWaiters { get { using (_sync.Enter()) return _waiters.IsAny || _received.HasWaiters || _read.HasWaiters; } }

    internal override bool HasSendableLocked => false;

    internal override bool HasItemsLocked => false;

    /// <summary>Whether it is worth while to serialize an item; a hint.</summary>
    public bool MayAccept
    {
        get
        {
            _gate.Enter();
            bool mayAccept = !_isSlow && _lane.HasRoom;
            bool isReaderParked = !mayAccept && !_isSlow && TryWant();
            _gate.Leave();
            if (isReaderParked)
                Ring();
            return mayAccept || Recover();
        }
    }

    /// <summary>Publishes one item of a plain fixed size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAccept<TItem>(TItem item)
    {
        _gate.Enter();
        bool isAccepted = !_isSlow && _lane.TryWrite(item);
        bool isReaderParked = isAccepted ? TryWakeReader() : !_isSlow && TryWant();
        _gate.Leave();
        if (isReaderParked)
            Ring();
        return isAccepted || (Recover() && TryAccept(item));
    }

    /// <summary>Publishes as many items of a plain fixed size as there is room for.</summary>
    public int TryAcceptMany<TItem>(ReadOnlySpan<TItem> items)
    {
        _gate.Enter();
        int accepted = _isSlow ? 0 : _lane.TryWriteMany(items);
        bool isReaderParked = accepted > 0 && TryWakeReader();
        if (accepted < items.Length && !_isSlow)
            isReaderParked |= TryWant();
        _gate.Leave();
        if (isReaderParked)
            Ring();
        return accepted < items.Length && Recover() ? accepted + TryAcceptMany(items[accepted..]) : accepted;
    }

    /// <summary>Publishes one serialized item.</summary>
    /// <exception cref="ItemTooLargeException">No reader at this link will ever take it.</exception>
    public bool TryAccept(ReadOnlySpan<byte> item, bool isNull)
    {
        if (Closure is not null)
            return Recover();
        if (_limit.Check(item.Length) is { } error)
            throw error;
        _gate.Enter();
        bool isAccepted = !_isSlow && _lane.TryWrite(item, isNull);
        bool isReaderParked = isAccepted ? TryWakeReader() : !_isSlow && TryWant();
        _gate.Leave();
        if (isReaderParked)
            Ring();
        return isAccepted || (Recover() && TryAccept(item, isNull));
    }

    /// <summary>Publishes one serialized item, or waits until there is room.</summary>
    public ValueTask AcceptAsync(ReadOnlySpan<byte> item, bool isNull, CancellationToken cancellationToken)
    {
        if (Spin() && Closure is null && TryAccept(item, isNull))
            return default;
        WakeList wake = default;
        Duties duties;
        WriteWaiter waiter;
        short version;
        using (_sync.Enter())
        {
            if (_closure is { } closure)
                return closure.FailWriteAsync();
            if (_limit.Check(item.Length) is { } tooLarge)
                return ValueTask.FromException(tooLarge);
            waiter = _waiters.Block(item, isNull);
            version = waiter.Version;
            duties = SettleLocked(ref wake);
        }
        Perform(duties, ref wake);
        waiter.Watch(cancellationToken);
        return new ValueTask(waiter, version);
    }

    /// <summary>Rents memory of the lane.</summary>
    /// <param name="length">At least 1.</param>
    /// <param name="writer">Who is to take it.</param>
    /// <returns>Null if there is none.</returns>
    public RentedMemory? TryRent(int length, object writer) => _rents?.TryRent(length, writer);

    /// <summary>Whether memory was rented here, so that it can be published as it is.</summary>
    public bool IsOwn(RentedMemory item) => _rents is not null && ReferenceEquals(item.Lender, _rents);

    /// <summary>Publishes one item that was rented here.</summary>
    /// <exception cref="ItemTooLargeException">No reader at this link will ever take it.</exception>
    public bool TryAccept(RentedMemory item)
    {
        if (Closure is not null)
            return Recover();
        if (_limit.Check(item.Length) is { } error)
            throw error;
        _gate.Enter();
        bool isAccepted = !_isSlow && TryPublish(item);
        bool isReaderParked = isAccepted && TryWakeReader();
        _gate.Leave();
        if (isReaderParked)
            Ring();
        return isAccepted || (Recover() && TryAccept(item));
    }

    /// <summary>Publishes one item that was rented here, or waits until there is room.</summary>
    public ValueTask AcceptAsync(RentedMemory item, CancellationToken cancellationToken) =>
        Closure is null && _limit.Check(item.Length) is null && (TryAccept(item) || (Spin() && Closure is null && TryAccept(item)))
            ? default
            : BlockAsync(item, default, item.Length, cancellationToken);

    /// <summary>Publishes one large item that is its own bytes, copied from the caller's memory when there is room.</summary>
    public ValueTask AcceptLargeAsync(ReadOnlyMemory<byte> item)
    {
        if (Closure is null && _limit.Check(item.Length) is null && TryAccept(item.Span, isNull: false))
            return default;
        return Spin() && Closure is null && TryAccept(item.Span, isNull: false) ? default : BlockAsync(null, item, item.Length, CancellationToken.None);
    }

    /// <summary>Waits until there is room for an item that stays where it is.</summary>
    /// <param name="rented">In the lane; null for the other.</param>
    /// <param name="large">In the caller's memory.</param>
    /// <param name="length">In bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private ValueTask BlockAsync(RentedMemory? rented, ReadOnlyMemory<byte> large, int length, CancellationToken cancellationToken)
    {
        WakeList wake = default;
        Duties duties;
        WriteWaiter waiter;
        short version;
        using (_sync.Enter())
        {
            if (_closure is { } closure)
                return closure.FailWriteAsync();
            if (_limit.Check(length) is { } tooLarge)
                return ValueTask.FromException(tooLarge);
            waiter = _waiters.ForItem();
            waiter.Rented = rented;
            waiter.Large = large;
            version = waiter.Version;
            _blocked.Enqueue(waiter);
            duties = SettleLocked(ref wake);
        }
        Perform(duties, ref wake);
        waiter.Watch(cancellationToken);
        return new ValueTask(waiter, version);
    }

    /// <summary>Waits until there may be room.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (HasRoom() || (Spin() && HasRoom()))
            return new ValueTask<bool>(true);
        WakeList wake = default;
        Duties duties;
        Waiter waiter;
        short version;
        using (_sync.Enter())
        {
            if (_closure is { } closure)
                return closure.EndWaitAsync();
            waiter = _waiters.Wait();
            version = waiter.Version;
            duties = SettleLocked(ref wake);
        }
        Perform(duties, ref wake);
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    /// <summary>Waits until the reader has taken every item published so far; received they are already, or, at a hub, once it has heard of them.</summary>
    public ValueTask WaitForAckAsync(AckLevel level, CancellationToken cancellationToken)
    {
        AckWaiter waiter;
        short version;
        using (_sync.Enter())
        {
            long target = _lane.Written;
            LookLocked();
            // A hub sees by itself what comes on a lane once it has heard of the first item.
            bool isHeard = !_isShared || _rungFor > target || _rungFor <= Math.Max(_lane.Taken, _received.Known);
            bool isReceived = _lane.Taken >= target || (_detached is null && isHeard);
            // What a hub has taken from the lane waits there for its reader: only the hub knows when that is done.
            bool isProcessed = _read.Known >= target || (_lane.Taken >= target && !_isShared);
            if (isProcessed || (isReceived && level == AckLevel.Received))
                return default;
            if (_detached is { } error)
                return ValueTask.FromException(error);
            waiter = level == AckLevel.Received ? _received.Enqueue(target) : _read.Enqueue(target);
            version = waiter.Version;
        }
        _outbox.SendInline(withFeedback: false);
        waiter.Watch(cancellationToken);
        return new ValueTask(waiter, version);
    }

    /// <summary>Lets in those that waited for a connection, or parks for them, and wakes a reader that waits for what was accepted before.</summary>
    public void Resume()
    {
        WakeList wake = default;
        Duties duties;
        using (_sync.Enter())
            duties = SettleLocked(ref wake);
        Perform(duties, ref wake);
    }

    public override void Open(CreditFrame credit, int peerMaxItemBytes)
    {
        using (_sync.Enter())
            _limit.ReaderMaxBytes = peerMaxItemBytes;
    }

    /// <remarks>The lane itself says what may be written.</remarks>
    public override bool TryGrant(CreditFrame credit, ref WakeList wake) => false;

    public override bool TryCount(long count, bool read, ref WakeList wake)
    {
        using (_sync.Enter())
        {
            if (count > _lane.Written)
                return false;
            (read ? _read : _received).Advance(count, ref wake);
        }
        return true;
    }

    /// <summary>The reader has taken items and woken this end.</summary>
    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        if (type != FrameType.Doorbell)
            return false;
        Duties duties;
        using (_sync.Enter())
        {
            _wait.Rung();
            duties = SettleLocked(ref wake);
        }
        ChannelMetrics.Rung(_outbox.Tags);
        Perform(duties);
        return true;
    }

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body) => _wait.IsRungInVain;

    internal override Block? TakeBlockLocked(ref WakeList wake) => null;

    internal override void ReturnBlockLocked(Block block) => throw new UnreachableException("A lane gives no blocks away.");

    public override bool TryClose(Func<long, Closure> makeClosure, bool drop, OutFrame? last)
    {
        WakeList wake = default;
        using (_sync.Enter())
        {
            if (_closure is not null)
                return false;
            _gate.Enter();
            // From here on no call reaches the lane: the count is the last.
            _isSlow = true;
            if (_isMapped)
                _lane.Look();
            _gate.Leave();
            Closure closure = makeClosure(_lane.Written - _lane.Taken);
            Volatile.Write(ref _closure, closure);
            if (_isMapped && closure is { Error: null, Ending.Kind: EndingKind.Completed })
                _lane.Close();
            if (last is { } frame)
                _outbox.PostLocked(frame with { Value = _lane.Written });
            _waiters.End(closure, ref wake);
        }
        // A process that exits leaves its threads where they are.
        if (!_closure.IsExit)
            wake.Wake(_wakeInline);
        TellEnded(_closure);
        return true;
    }

    /// <summary>Fails those that wait for a count, and lets the lane go.</summary>
    public override void Detach(Func<long, Exception> makeError)
    {
        WakeList wake = default;
        using (_sync.Enter())
        {
            if (_isMapped)
            {
                _gate.Enter();
                _isSlow = true;
                _isMapped = false;
                _lane.Look();
                _gate.Leave();
                Volatile.Write(ref _unread, _lane.Written - _lane.Taken);
                // Whoever spins there is waited for by the handle.
                _segment.Dispose();
            }
            _detached ??= makeError(UnreceivedCount);
            _received.Fail(_detached, ref wake);
            _read.Fail(_detached, ref wake);
        }
        if (Closure is not { IsExit: true })
            wake.Wake(inline: false);
    }

    private void WithdrawWantLocked()
    {
        _sync.AssertHeld();
        _gate.Enter();
        if (_isMapped)
            _lane.WithdrawWant();
        _gate.Leave();
    }

    private bool HasRoom()
    {
        _gate.Enter();
        bool hasRoom = !_isSlow && _lane.HasRoom;
        _gate.Leave();
        return hasRoom;
    }

    /// <summary>Waits on this thread for as long as it pays.</summary>
    /// <returns>Whether the reader has taken something, or the direction has ended.</returns>
    private bool Spin()
    {
        if (Closure is not null || !_wait.TryBeginSpin(_segment, out long ticks))
            return false;
        bool hasNews;
        long started = Stopwatch.GetTimestamp(), first = 0, waited, worthy = _lane.WorthyNews;
        while (true)
        {
            long news = _lane.News;
            hasNews = news != 0 || Closure is not null;
            waited = Stopwatch.GetTimestamp() - started;
            if (hasNews && first == 0)
                first = waited;
            // A reader that has begun to take will have taken more in a moment.
            if (Closure is not null || news >= worthy || (hasNews && waited - first >= s_lingerTicks) || (!hasNews && waited >= ticks))
                break;
            SpinWindow.Pause(waited, spins: 4);
        }
        _wait.EndSpin(_segment, hasNews ? waited : null);
        return hasNews;
    }

    /// <summary>A call was not let in, or found no room: looks whether that is still so.</summary>
    /// <returns>Whether the call should try again.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Recover()
    {
        if (Volatile.Read(ref _isSlow) && Closure is null)
        {
            WakeList wake = default;
            Duties duties;
            using (_sync.Enter())
                duties = SettleLocked(ref wake);
            Perform(duties, ref wake);
            if (!Volatile.Read(ref _isSlow))
                return true;
        }
        TellViolation();
        Closure?.ThrowIfMoved();
        return false;
    }

    private void TellViolation()
    {
        if (_lane.Violation is not { } violation || Interlocked.Exchange(ref _isViolationTold, 1) != 0)
            return;
        Violated(violation);
    }

    /// <summary>What was published is told to a reader that is parked. Called inside the gate, which the caller leaves before it rings.</summary>
    /// <returns>Whether to ring.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryWakeReader()
    {
        if (!_lane.TryWakeReader())
            return false;
        _rungFor = _lane.Written;
        return true;
    }

    /// <summary>Says that room is wanted. Called inside the gate, which the caller leaves before it rings.</summary>
    /// <returns>Whether to ring.</returns>
    private bool TryWant()
    {
        if (!_lane.TryWant())
            return false;
        // Until the hub has heard it knows nothing of the next item either, for which nobody rings again.
        _rungFor = _lane.Written + 1;
        return true;
    }

    private void LookLocked()
    {
        _gate.Enter();
        if (_isMapped)
            _lane.Look();
        _gate.Leave();
    }

    /// <summary>Lets blocked writes in, in order, and wakes those that wait for room; parks if any are left.</summary>
    private Duties SettleLocked(ref WakeList wake)
    {
        _sync.AssertHeld();
        Duties duties = Duties.None;
        _gate.Enter();
        // Set before the lane is looked at, so that no call overtakes those that wait.
        _isSlow = true;
        while (_closure is null && _isMapped)
        {
            while (_blocked.First is WriteWaiter first)
            {
                ItemTooLargeException? error = _limit.Check(first.Length);
                if (error is null && !TryPublish(first))
                    break;
                _blocked.Dequeue();
                first.Decide(error is null, error);
                wake.Add(first);
            }
            // Before anything that waits parks: the hub finds what is wanted when it looks next.
            if (TryWakeReader() | (_waiters.IsAny && TryWant()))
                duties |= Duties.Ring;
            if (_blocked.IsEmpty && _lane.HasRoom)
                _waiters.WakeWaiting(ref wake);
            if (_lane.Violation is not null)
                duties |= Duties.Violated;
            if (!_waiters.IsAny || _lane.Violation is not null)
            {
                _isSlow = !_blocked.IsEmpty;
                break;
            }
            _wait.Announce();
            RacePoint.Pass();
            if (_lane.TryPark())
            {
                _wait.Parked();
                duties |= Duties.Stalled;
                // Credit may have come and gone since it was asked for: the hub knows nothing of this end then.
                if (TryWant())
                    duties |= Duties.Ring;
                // Those that only wait for room may be overtaken by a call that finds some.
                _isSlow = !_blocked.IsEmpty;
                break;
            }
        }
        _gate.Leave();
        return duties;
    }

    private bool TryPublish(WriteWaiter waiter) => waiter.Rented is { } rented
        ? TryPublish(rented)
        : _lane.TryWrite(waiter.Large.IsEmpty ? waiter.Item : waiter.Large.Span, waiter.IsNull);

    private bool TryPublish(RentedMemory item)
    {
        bool isPublished = _lane.TryWriteRented(item.Page, item.Length, out long number);
        if (isPublished)
            item.Number = number;
        return isPublished;
    }

    private void Perform(Duties duties, ref WakeList wake)
    {
        wake.Wake(inline: false);
        Perform(duties);
    }

    private void Perform(Duties duties)
    {
        if ((duties & Duties.Ring) != 0)
            Ring();
        if ((duties & Duties.Stalled) != 0)
        {
            ChannelMetrics.CreditStalled(_outbox.Tags);
            ChannelMetrics.Parked(_outbox.Tags);
        }
        if ((duties & Duties.Violated) != 0)
            TellViolation();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Ring() => _outbox.PostInline(new OutFrame(FrameType.Doorbell, Doorbell.Published));

    [Flags]
    private enum Duties
    {
        None = 0,
        Ring = 1,
        Violated = 2,
        Stalled = 4,
    }
}
