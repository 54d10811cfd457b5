using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using CrossChannels.Diagnostics;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Links;

/// <summary>One direction of a link at its reading end, where the items come by a lane: a read looks there, with no task in between.</summary>
/// <remarks>
/// The lock guards waiters and endings. The gate guards the lane, and is all that a call takes while nobody is blocked and nothing ends; where
/// both are needed the lock is taken first.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class LaneReceiver : ReceivingHalf
{
    /// <summary>Smaller items share a segment of private memory.</summary>
    private const int SharedBytes = 16 * 1024;

    private const int LooksPerTime = 8;
    private const int SpinsPerTrial = 64;
    private const int StreamItems = 4;
    private static readonly long s_lingerTicks = Stopwatch.Frequency / 2_000_000;

    private readonly Outbox _outbox;
    private readonly RankedLock _sync;
    private readonly ReaderWaiters _waiters;
    private readonly SharedSegment _segment;
    private readonly ILogger? _logger;
    private readonly LaneReader _lane;
    private LaneGate _gate;
    private JoinWatch _joins = new();
    private Closure? _closure;
    private Segment? _copies;
    private LaneWait _wait;
    private int _untried;
    private bool _isStream;
    private int _isViolationTold;
    private bool _isMapped = true;
    private bool _isFinished;
    private bool _isJoinPending;
    private bool _isSlow;

    public LaneReceiver(Outbox outbox, ReceiverOptions options, LaneEnd end, bool isFenceShared)
        : this(outbox, options, end, isFenceShared, new RankedLock(LockRank.Receiver), null)
    {
    }

    /// <summary>In place of a half that waited for its connection.</summary>
    /// <param name="outbox">Of the link.</param>
    /// <param name="options">Of the channel.</param>
    /// <param name="end">The lane.</param>
    /// <param name="isFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
    /// <param name="sync">Its lock.</param>
    /// <param name="waiters">Those that wait already; null for none.</param>
    public LaneReceiver(Outbox outbox, ReceiverOptions options, LaneEnd end, bool isFenceShared, RankedLock sync, ReaderWaiters? waiters)
    {
        _outbox = outbox;
        _sync = sync;
        ElementSize = options.ElementSize;
        MaxItemBytes = options.MaxItemBytes;
        WakeInline = options.WakeInline;
        IsSingleReader = options.IsSingleReader;
        _waiters = waiters ?? new ReaderWaiters(_sync, options.IsSingleReader, options.WakeInline);
        _segment = end.Segment;
        _logger = options.Logger;
        _lane = new LaneReader(end.Segment, end.Layout, isFenceShared);
        // Those that wait are served by Resume, and no call overtakes them.
        _isSlow = waiters is not null;
    }

    public override int ElementSize { get; }

    public override int MaxItemBytes { get; }

    /// <summary>As the built-in channel of a single reader, which does not count.</summary>
    public bool IsSingleReader { get; }

    /// <summary>Whether a user's continuation may run on a thread that calls into this end.</summary>
    public bool WakeInline { get; }

    /// <summary>Guards the waiters of this end.</summary>
    public RankedLock Sync => _sync;

    public Task Completion
    {
        get
        {
            LookForEnd();
            return _waiters.Completion;
        }
    }

    public override Ending? Ending
    {
        get
        {
            LookForEnd();
            return Volatile.Read(ref _isFinished) ? _closure!.Ending : null;
        }
    }

    public override Closure? Closure => Volatile.Read(ref _closure);

    /// <remarks>What may be written the lane itself says.</remarks>
    public override CreditFrame FirstCredit => default;

    public override bool IsLane => true;

    public override bool HasWaiters { get { using (_sync.Enter()) return _waiters.IsAnyWaiting; } }

    /// <summary>What is published is received.</summary>
    public override long ReceivedItems
    {
        get
        {
            _gate.Enter();
            if (_isMapped)
                _lane.Look();
            long seen = _lane.Seen;
            _gate.Leave();
            return seen;
        }
    }

    public int Count
    {
        get
        {
            _gate.Enter();
            long count = _isMapped ? _lane.Count : 0;
            _gate.Leave();
            return (int)Math.Min(count, int.MaxValue);
        }
    }

    /// <summary>Takes the next item of a plain fixed size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake<TItem>(out TItem item)
    {
        item = default!;
        _gate.Enter();
        bool isTaken = !_isSlow && _lane.TryRead(out item);
        bool isWriterParked = isTaken && _lane.TryWakeWriter();
        _gate.Leave();
        if (isWriterParked)
            Ring();
        return isTaken || TryTakeSlowly(out item);
    }

    /// <summary>Takes as many items of a plain fixed size as are there and fit.</summary>
    public int TakeMany<TItem>(Span<TItem> destination)
    {
        _gate.Enter();
        int taken = _isSlow ? 0 : _lane.TryReadMany(destination);
        bool isWriterParked = taken > 0 && _lane.TryWakeWriter();
        _gate.Leave();
        if (isWriterParked)
            Ring();
        if (taken > 0)
            return taken;
        return TryTakeSlowly(out destination[0]) ? 1 : 0;
    }

    /// <summary>Claims the next item, of any size.</summary>
    /// <param name="slice">The caller releases it.</param>
    /// <param name="maxBytes">A larger item stays where it is, and <paramref name="tooLarge"/> tells its size.</param>
    /// <param name="tooLarge">Size in bytes of an item that was left for being too large, otherwise -1.</param>
    public bool TryClaim(out ItemSlice slice, int maxBytes, out int tooLarge)
    {
        slice = default;
        tooLarge = -1;
        _gate.Enter();
        bool isClaimed = !_isSlow && TryClaimLocked(out slice, take: true, maxBytes, out tooLarge);
        bool isWriterParked = isClaimed && _lane.TryWakeWriter();
        _gate.Leave();
        if (isWriterParked)
            Ring();
        if (isClaimed || tooLarge >= 0)
            return isClaimed;
        WakeList wake = default;
        Duties duties;
        using (_sync.Enter())
        {
            duties = SettleLocked(ref wake);
            _gate.Enter();
            isClaimed = _isMapped && TryClaimLocked(out slice, take: true, maxBytes, out tooLarge);
            _gate.Leave();
            duties |= SettleLocked(ref wake);
        }
        Perform(duties, ref wake);
        return isClaimed;
    }

    public bool TryPeek(out ItemSlice slice)
    {
        slice = default;
        _gate.Enter();
        bool isThere = _isMapped && TryClaimLocked(out slice, take: false, int.MaxValue, out _);
        _gate.Leave();
        if (isThere)
            return true;
        LookForEnd();
        Closure?.ThrowIfMoved();
        return false;
    }

    /// <summary>Waits on this thread for as long as it pays.</summary>
    /// <returns>Whether the writer has published something, or the direction has ended.</returns>
    public bool Spin()
    {
        if (Closure is not null || !_wait.TryBeginSpin(_segment, out long ticks))
            return false;
        bool hasNews = false;
        long started = Stopwatch.GetTimestamp(), waited = 0;
        for (int looks = 1; waited < ticks && Closure is null; looks++)
        {
            hasNews = _lane.HasNews;
            if (hasNews)
                break;
            SpinWindow.Pause(waited);
            // Asking for the time takes longer than a look.
            if (looks % LooksPerTime == 0)
                waited = Stopwatch.GetTimestamp() - started;
        }
        if (hasNews)
            Linger();
        _wait.EndSpin(_segment, hasNews ? waited : null);
        return hasNews || Closure is not null;
    }

    /// <summary>
    /// Gives the writer of a stream a moment to publish more: a reader that takes each item as it comes pulls the writer's cache lines away, which
    /// costs both of them more than the moment. Tried once in a while, and done for as long as more comes by it.
    /// </summary>
    private void Linger()
    {
        if (!_isStream && ++_untried % SpinsPerTrial != 0)
            return;
        long news = _lane.News, started = Stopwatch.GetTimestamp();
        do
            Thread.SpinWait(8);
        while (Stopwatch.GetTimestamp() - started < s_lingerTicks);
        _isStream = _lane.News - news >= StreamItems;
    }

    /// <summary>Queues a caller for one item, unless one is here or the direction is over; then <paramref name="closed"/> tells.</summary>
    /// <returns>False if the caller should try again at once.</returns>
    public bool TryEnqueueReader(ReadWaiter waiter, out Closure? closed)
    {
        WakeList wake = default;
        Duties duties;
        bool isBlocked;
        using (_sync.Enter())
        {
            duties = SettleLocked(ref wake);
            closed = _closure;
            isBlocked = closed is null && !HasItems();
            if (isBlocked)
            {
                _waiters.Block(waiter, ref wake);
                duties |= SettleLocked(ref wake);
            }
        }
        Perform(duties, ref wake);
        return isBlocked;
    }

    /// <summary>Waits until there may be an item; false, or the error, when the direction is over and nothing is left.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (HasItems() || (Spin() && HasItems()))
            return new ValueTask<bool>(true);
        WakeList wake = default;
        Duties duties;
        Waiter? waiter = null;
        Closure? closed;
        bool hasItems;
        short version = 0;
        using (_sync.Enter())
        {
            duties = SettleLocked(ref wake);
            closed = _closure;
            hasItems = HasItems();
            if (!hasItems && closed is null)
            {
                waiter = _waiters.Wait(ref wake);
                version = waiter.Version;
                duties |= SettleLocked(ref wake);
            }
        }
        Perform(duties, ref wake);
        if (waiter is null)
            return hasItems ? new ValueTask<bool>(true) : closed!.EndWaitAsync();
        waiter.Watch(cancellationToken);
        return new ValueTask<bool>(waiter, version);
    }

    public override bool HasFeedback => false;

    public override int WriteFeedback(Span<byte> room, out bool hasMore)
    {
        hasMore = false;
        return 0;
    }

    public override int Announce(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension, out bool isDiscarding) =>
        throw new MalformedFrameException($"Frame Items with {items.Count:N0} items came, and the items of this direction come by a lane.");

    public override void Receive(ReadOnlySpan<byte> payload, int count, ref WakeList wake) => throw new UnreachableException("No such frame is let in.");

    public override void Receive(Segment segment, int count, ref WakeList wake) => throw new UnreachableException("No such frame is let in.");

    public override bool WatchRead(long target)
    {
        WakeList wake = default;
        Duties duties;
        bool isUnderWay;
        using (_sync.Enter())
        {
            isUnderWay = _isJoinPending;
            _isJoinPending |= _joins.TrySet(target);
            duties = SettleLocked(ref wake);
        }
        Perform(duties, ref wake);
        return !isUnderWay;
    }

    /// <summary>The writer has published items and woken this end.</summary>
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
        Perform(duties, ref wake, isWoken: false);
        return true;
    }

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body) => _wait.IsRungInVain;

    /// <summary>Serves those that waited for a connection, or parks for them.</summary>
    public void Resume()
    {
        WakeList wake = default;
        Duties duties;
        using (_sync.Enter())
            duties = SettleLocked(ref wake);
        Perform(duties, ref wake, isWoken: false);
        wake.Wake(inline: false);
    }

    public override bool TryClose(Closure closure, bool drop)
    {
        WakeList wake = default;
        Duties duties;
        using (_sync.Enter())
        {
            if (_closure is not null && (!drop || _isFinished))
                return false;
            // What was published before stays readable, and what comes now does not count.
            duties = CloseLocked(closure, drop) | SettleLocked(ref wake);
        }
        Perform(duties, ref wake);
        return true;
    }

    private bool HasItems()
    {
        _gate.Enter();
        bool hasItems = _isMapped && _lane.HasItems;
        _gate.Leave();
        return hasItems;
    }

    /// <summary>A read found nothing, or was not let in: serves those that were here before, and looks once more.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTakeSlowly<TItem>(out TItem item)
    {
        item = default!;
        if (!Volatile.Read(ref _isSlow) && !IsOver())
            return false;
        WakeList wake = default;
        Duties duties;
        bool isTaken;
        using (_sync.Enter())
        {
            duties = SettleLocked(ref wake);
            _gate.Enter();
            isTaken = _isMapped && _lane.TryRead(out item);
            _gate.Leave();
            duties |= SettleLocked(ref wake);
        }
        Perform(duties, ref wake);
        if (!isTaken)
            Closure?.ThrowIfMoved();
        return isTaken;
    }

    /// <summary>Whether the lane says that nothing will follow, or what no correct writer says.</summary>
    private bool IsOver()
    {
        _gate.Enter();
        bool isOver = _isMapped && (_lane.Violation is not null || _lane.IsClosed);
        _gate.Leave();
        return isOver;
    }

    /// <summary>A writer that has completed is seen at once.</summary>
    private void LookForEnd()
    {
        if (Volatile.Read(ref _isFinished) || !IsOver())
            return;
        WakeList wake = default;
        Duties duties;
        using (_sync.Enter())
            duties = SettleLocked(ref wake);
        Perform(duties, ref wake);
    }

    /// <summary>Serves those that wait, in order, and finds out whether the direction is over; parks if any are left.</summary>
    private Duties SettleLocked(ref WakeList wake)
    {
        _sync.AssertHeld();
        Duties duties = Duties.None;
        _gate.Enter();
        // Set before the lane is looked at, so that no call overtakes those that wait, or misses what it has to tell.
        _isSlow = true;
        while (_isMapped)
        {
            while (!_waiters.IsNoneBlocked && TryClaimLocked(out ItemSlice slice, take: true, int.MaxValue, out _))
            {
                ReadWaiter first = _waiters.NextBlocked();
                first.Item = slice;
                first.Decide(true);
                wake.Add(first);
            }
            if (_lane.TryWakeWriter())
                duties |= Duties.Ring;
            bool isClosed = _lane.IsClosed;
            bool hasItems = _lane.HasItems;
            if (hasItems)
                _waiters.WakeWaiting(ref wake);
            if (_lane.Violation is not null)
                duties |= Duties.Violated;
            else if (isClosed && !hasItems && _closure is null)
                Volatile.Write(ref _closure, new Closure(new Ending(EndingKind.Completed), null));
            if (_closure is not null && !hasItems)
            {
                duties |= FinishLocked();
                break;
            }
            if (!_waiters.IsAnyWaiting || _lane.Violation is not null)
                break;
            _wait.Announce();
            RacePoint.Pass();
            if (_lane.TryPark())
            {
                _wait.Parked();
                duties |= Duties.Parked;
                break;
            }
        }
        if (_isJoinPending && _joins.TryReach(_lane.Taken))
        {
            _isJoinPending = false;
            duties |= Duties.Joined;
        }
        _isSlow = !_isMapped || _closure is not null || _isJoinPending || !_waiters.IsNoneBlocked;
        _gate.Leave();
        return duties;
    }

    private Duties CloseLocked(Closure closure, bool drop)
    {
        _gate.Enter();
        _isSlow = true;
        if (_isMapped)
            _lane.Freeze();
        // A reader that closes what has already ended only throws away the rest.
        if (_closure is null)
            Volatile.Write(ref _closure, closure);
        Duties duties = drop ? FinishLocked() : Duties.None;
        _gate.Leave();
        return duties;
    }

    /// <summary>Nothing is left to read: lets the lane go. Called inside the gate as well.</summary>
    private Duties FinishLocked()
    {
        if (_isFinished)
            return Duties.None;
        Volatile.Write(ref _isFinished, true);
        _isSlow = true;
        _isMapped = false;
        // Whoever spins there is waited for by the handle.
        _segment.Dispose();
        _copies?.Release();
        _copies = null;
        return Duties.Finish;
    }

    /// <summary>Copies the next item to private memory. Called inside the gate.</summary>
    private bool TryClaimLocked(out ItemSlice slice, bool take, int maxBytes, out int tooLarge)
    {
        slice = default;
        tooLarge = -1;
        if (!_lane.TryPeekLength(out int length))
            return false;
        if (length < 0)
            return _lane.TryCopyNext(default, take);
        if (length > maxBytes)
        {
            tooLarge = length;
            return false;
        }
        if (take && _lane.IsRented)
        {
            slice = new ItemSlice(Lend(length));
            return true;
        }
        Segment copy = CopyRoom(length);
        int at = copy.Written;
        if (!_lane.TryCopyNext(copy.Array.AsSpan(at, length), take))
        {
            copy.Release();
            return false;
        }
        copy.Written = at + length;
        slice = new ItemSlice(copy, at, length);
        return true;
    }

    /// <summary>Leaves an item where its writer filled it. Called inside the gate.</summary>
    private LentMemory Lend(int length)
    {
        bool isHeld = false;
        // It is mapped: that ends inside the gate.
        _segment.DangerousAddRef(ref isHeld);
        _lane.TakeRented(out nint start, out nint returned, out long number);
        return new LentMemory(_segment, start, length, returned, number, LossWatch.Start(_logger, length));
    }

    /// <summary>Private memory for one item; the caller holds a reference of its own.</summary>
    private Segment CopyRoom(int length)
    {
        if (length > SharedBytes / 2)
            return new Segment(length);
        if (_copies is { } kept && kept.Room < length)
        {
            if (kept.IsSoleReference)
            {
                kept.Written = 0;
            }
            else
            {
                kept.Release();
                _copies = null;
            }
        }
        Segment copies = _copies ??= new Segment(SharedBytes);
        copies.Retain();
        return copies;
    }

    private void Perform(Duties duties, ref WakeList wake, bool isWoken = true)
    {
        if ((duties & Duties.Ring) != 0)
            Ring();
        if ((duties & Duties.Parked) != 0)
            ChannelMetrics.Parked(_outbox.Tags);
        if ((duties & Duties.Joined) != 0)
            _outbox.Post(new OutFrame(FrameType.Joined, _lane.Taken));
        if ((duties & Duties.Finish) != 0)
            Finish(ref wake);
        if (isWoken)
            wake.Wake(WakeInline);
        if ((duties & Duties.Violated) != 0 && Interlocked.Exchange(ref _isViolationTold, 1) == 0)
            Violated(_lane.Violation!);
    }

    private void Finish(ref WakeList wake)
    {
        WakeList ended = default;
        using (_sync.Enter())
            _waiters.End(_closure!, ref ended);
        // A process that exits leaves its threads where they are.
        if (!_closure!.IsExit)
            wake.Append(ref ended);
        Finished(_lane.Taken);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Ring() => _outbox.PostInline(new OutFrame(FrameType.Doorbell, Doorbell.Taken));

    /// <summary>What a call has to do once it has left the lock.</summary>
    [Flags]
    private enum Duties
    {
        None = 0,
        Ring = 1,
        Joined = 2,
        Violated = 4,
        Finish = 8,
        Parked = 16,
    }
}
