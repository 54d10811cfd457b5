using CrossChannels.Diagnostics;
using CrossChannels.Flow;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The hub's end of one remote writer's link: takes its items into the channel's queue, and tells it what it is granted.</summary>
/// <remarks>
/// Everything mutable is guarded by the channel's lock, but for <see cref="Closure"/>, which is read without it. Where the items come by a lane,
/// they are queued when somebody looks there (<see cref="HubWriterLanes"/>), and one that has ended is over once its lane is empty.
/// </remarks>
internal sealed class WriterPort : ReceivingHalf, ILanePort
{
    private readonly RankedLock _sync;
    private readonly HubClock _clock;
    private readonly QueueOptions _options;
    private readonly HubQueue _queue;
    private readonly CreditAllocator _writers;
    private readonly IQueueEvents _events;
    private readonly Outbox _outbox;
    private readonly LaneWatch _lanes;
    private IHubWriterLane? _lane;
    private bool _isDone;
    private long _joinTarget = -1;
    private long _joined;
    private WriterWant _want = new();
    private ItemTrace? _trace;
    private bool _hasArrived;
    private Closure? _closure;

    // What waits in the channel's list for items to be processed, so that it can be taken out when the link is closed. One join waits at a time, however often it is asked.
    private Action<Exception?>? _join;
    private Action<Exception?>? _end;

    public WriterPort(RankedLock sync, HubClock clock, QueueOptions options, HubQueue queue, CreditAllocator writers, LaneWatch lanes, long windowBytes, IQueueEvents events, Outbox outbox)
    {
        _sync = sync;
        _clock = clock;
        _options = options;
        _queue = queue;
        _writers = writers;
        _lanes = lanes;
        _events = events;
        _outbox = outbox;
        Account = new WriterAccount(outbox, windowBytes, queue.ElementSize > 0 ? queue.ElementSize : FrameLimits.MaxPayload(options.MaxItemBytes))
        {
            Since = clock.Provider.GetUtcNow(),
        };
    }

    /// <summary>What it was granted, and has used.</summary>
    public WriterAccount Account { get; }

    /// <summary>Its items come by a lane. Set once, before the link begins.</summary>
    public void UseLane(IHubWriterLane lane)
    {
        _lane = Account.Lane = lane;
        using (_sync.Enter())
            _lanes.Lanes.Add(lane);
    }

    public override bool IsLane => _lane is not null;

    /// <summary>Everything that came by its link is queued. Asked under the channel's lock.</summary>
    public bool IsDone => _isDone;

    public override int ElementSize => _queue.ElementSize;

    public override int MaxItemBytes => _options.MaxItemBytes;

    public override Ending? Ending => Closure?.Ending;

    public override Closure? Closure => Volatile.Read(ref _closure);

    public override bool HasWaiters => false;

    /// <remarks>What is published on a lane is received.</remarks>
    public override long ReceivedItems { get { using (_sync.Enter()) return Account.Written; } }

    public override void LookForItems(ref WakeList wake)
    {
        if (_lane is { } lane)
            LookAt(lane, isRung: false, ref wake);
    }

    public override bool TellReceived(long count)
    {
        using (_sync.Enter())
            return Account.TellReceived(count);
    }

    /// <remarks>Its link may have been given up while its greeting was judged; nothing would count it out again.</remarks>
    public override void Meet(Hello peer)
    {
        using (_sync.Enter())
        {
            if (_closure is not null)
                return;
            _hasArrived = true;
            _events.OnWriterArrived();
        }
    }

    /// <summary>Opening a writer grants it the first credit.</summary>
    public override CreditFrame FirstCredit
    {
        get
        {
            _clock.Refresh();
            using (_sync.Enter())
            {
                if (_closure is null)
                    _writers.Open(Account);
                return Account.TellFirst();
            }
        }
    }

    public override int Announce(in FrameHeader header, in ItemsHeader items, ReadOnlySpan<byte> extension, out bool isDiscarding)
    {
        if (_lane is not null)
            throw new MalformedFrameException($"Frame Items with {items.Count:N0} items came, and the items of this direction come by a lane.");
        using (_sync.Enter())
        {
            int payload = items.CheckPayload(header.Length, (ulong)Account.Received, ElementSize);
            // Only leases tell their trace. Its payload follows on this thread or the next, before any other frame.
            _trace = _options.Leases is null || extension.IsEmpty ? null : ItemTrace.Of(ItemsExtension.ReadTrace(extension));
            if (!Account.MaySend(items.Count, payload))
            {
                throw new MalformedFrameException(
                    $"Frame Items brings {items.Count:N0} items in {payload:N0} bytes after {Account.Received:N0} items, and the credit is {Account.Granted:N0} items, {Account.GrantedBytes:N0} bytes in all.");
            }
            isDiscarding = _closure is not null;
            // Items that come after this end was closed count, and are thrown away.
            if (isDiscarding)
                Account.Receive(items.Count, payload);
            return payload;
        }
    }

    public override void Receive(ReadOnlySpan<byte> payload, int count, ref WakeList wake) => Receive(payload, null, count, ref wake);

    public override void Receive(Segment segment, int count, ref WakeList wake) =>
        Receive(segment.Array.AsSpan(0, segment.Written), segment, count, ref wake);

    public override int WriteFeedback(Span<byte> room, out bool hasMore)
    {
        hasMore = false;
        using (_sync.Enter())
        {
            int length = _closure is null ? Account.Write(room) : 0;
            if (length > 0)
                _want.Moved();
            return length;
        }
    }

    public override bool WatchRead(long target)
    {
        HubAfterLock after = default;
        try
        {
            using (_sync.Enter())
            {
                bool isUnderWay = _joinTarget > _joined || _join is not null;
                _joinTarget = Math.Max(_joinTarget, target);
                if (_lane is not null && !_isDone)
                    _lanes.Lanes.Collect(_lane, ref after);
                WatchJoinLocked(ref after);
                return !isUnderWay;
            }
        }
        finally
        {
            _events.Run(ref after);
        }
    }

    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        if (type == FrameType.Doorbell && _lane is not null)
        {
            LookAt(_lane, isRung: true, ref wake);
            return true;
        }
        if (type is not (FrameType.Want or FrameType.WantWithdrawn or FrameType.Revoked) || _lane is not null)
            return false;
        long accepted = CounterFrame.Read(body, type);
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
                HandleLocked(type, accepted, ref after);
        }
        finally
        {
            _events.Run(ref after);
        }
        return true;
    }

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body)
    {
        using (_sync.Enter())
        {
            return type switch
            {
                FrameType.Want => _want.IsRepeated(CounterFrame.Read(body, type)),
                FrameType.WantWithdrawn => !_want.IsStanding,
                FrameType.Doorbell => _lane is { Rests.IsRungInVain: true },
                _ => false,
            };
        }
    }

    public override bool TryClose(Closure closure, bool drop)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (_closure is not null)
                    return false;
                Volatile.Write(ref _closure, closure);
                // What was published before is the channel's, unless this end throws it away.
                _lane?.Freeze();
                if (_lane is not null && closure.Ending.Kind != EndingKind.ReaderClosed)
                    _lanes.Ended(_lane, ref after);
                else
                    DoneLocked(closure, ref after);
            }
        }
        finally
        {
            _events.Run(ref after);
        }
        return true;
    }

    void ILanePort.OnCollected(int count, int bytes, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        Account.Receive(count, bytes);
        ArrivedLocked(count, bytes, ref after);
        // One that waited for room on its lane, and not for credit, has some now.
        if (_lane is { IsRingDue: true })
            after.Tell(Account);
    }

    void ILanePort.OnWants(bool isWanting, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        if (isWanting && _closure is null)
            _writers.Want(Account, Account.Written, ref after);
        else
            _writers.Withdraw(Account);
    }

    void ILanePort.OnEmptied(ref HubAfterLock after)
    {
        _sync.AssertHeld();
        if (_closure is { } closure)
            DoneLocked(closure, ref after);
    }

    void ILanePort.OnViolated(string violation, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        if (_closure is { } closure)
            DoneLocked(closure, ref after);
        else
            after.Do(() => Violated(violation));
    }

    /// <summary>The link is closed: nobody waits for what came by it, and its memory must not outlast it for as long as that is unread.</summary>
    public void ForgetJoins()
    {
        bool isEndDue;
        long received;
        using (_sync.Enter())
        {
            if (_join is { } join)
                _events.RemoveJoin(join);
            _join = null;
            _joinTarget = -1;
            isEndDue = _end is not null && _events.RemoveJoin(_end);
            received = Account.Received;
        }
        if (isEndDue)
            Finished(received);
    }

    private void Receive(ReadOnlySpan<byte> payload, Segment? segment, int count, ref WakeList wake)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                int bytes = payload.Length;
                Account.Receive(count, bytes);
                // It was closed between the header and the payload.
                if (_closure is not null)
                {
                    segment?.Release();
                    return;
                }
                if (segment is null)
                    _queue.Append(payload, count, _trace);
                else
                    _queue.Append(segment, count, _trace);
                ArrivedLocked(count, bytes, ref after);
            }
        }
        finally
        {
            // The owner's readers run on this thread, once the next read is under way.
            wake.Append(ref after.Wake);
            _events.Run(ref after);
        }
    }

    private void ArrivedLocked(int count, int bytes, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        _events.OnArrived(count, bytes, ref after);
        // Only now, since what has just been handed to a reader may have set slots free.
        _writers.Received(Account, ref after);
        if (Account.RevokeDeadline is not null)
            _events.OnPeerAnswered(ref after);
        WatchJoinLocked(ref after);
    }

    /// <summary>The writer may have something to say on its lane, at which nobody looked.</summary>
    private void LookAt(IHubWriterLane lane, bool isRung, ref WakeList wake)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (isRung)
                    lane.Rests.Rung();
                if (!_isDone)
                    _lanes.Rung(lane, ref after);
            }
        }
        finally
        {
            // The owner's readers run on this thread, once the next read is under way.
            wake.Append(ref after.Wake);
            _events.Run(ref after);
        }
    }

    /// <summary>The direction has ended, and all that came by it is queued.</summary>
    private void DoneLocked(Closure closure, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        if (_isDone)
            return;
        _isDone = true;
        long received = Account.Written;
        if (_lane is not null)
            _lanes.Lanes.Remove(_lane);
        bool isClean = closure.Ending.Kind is EndingKind.Completed or EndingKind.Faulted or EndingKind.WriterLeft;
        if (isClean)
        {
            // The writer may leave, and its joins end, when all that came before is processed.
            _end = EndAfterJoin;
            _events.AddJoin(_end, ref after);
        }
        _events.OnWriterDone(Account, _hasArrived, closure.Ending.Kind, closure.Error, ref after);
        if (!isClean)
            after.Do(() => Finished(received));
    }

    private void HandleLocked(FrameType type, long accepted, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        if (_closure is not null)
            return;
        if (accepted > Account.Granted || (type == FrameType.Revoked && (Account.RevokeDeadline is null || accepted < Account.Received)))
            throw new MalformedFrameException($"Frame {type} says {accepted:N0} items, and {Account.Received:N0} came of {Account.Granted:N0} granted.");
        switch (type)
        {
            case FrameType.Want:
                _want.Ask(accepted);
                // A want that items have overtaken is over: credit came for them.
                if (accepted >= Account.Received)
                    _writers.Want(Account, accepted, ref after);
                break;
            case FrameType.WantWithdrawn:
                _want.Withdraw();
                _writers.Withdraw(Account);
                break;
            case FrameType.Revoked:
                _want.Moved();
                _writers.Revoked(Account, accepted, ref after);
                break;
        }
    }

    private void EndAfterJoin(Exception? error)
    {
        if (error is null)
            Finished(ReceivedItems);
        else
            Account.Link.TellReaderClosed((error as ReaderClosedException)?.Reason);
    }

    /// <summary>Once the items of a join are here, it waits for all that is in the channel then, of all writers.</summary>
    private void WatchJoinLocked(ref HubAfterLock after)
    {
        _sync.AssertHeld();
        if (_join is null && _joinTarget > _joined && Account.Received >= _joinTarget)
            BeginJoinLocked(ref after);
    }

    // Apart from its check, which is made for every frame: what it captures would be allocated there each time.
    private void BeginJoinLocked(ref HubAfterLock after)
    {
        long count = _joined = Account.Received;
        _join = error => EndJoin(count, error);
        _events.AddJoin(_join, ref after);
    }

    private void EndJoin(long count, Exception? error)
    {
        // Before the answer, since the next question may follow it at once.
        using (_sync.Enter())
            _join = null;
        if (error is not null)
            return;
        _outbox.Post(new OutFrame(FrameType.Joined, count));
        HubAfterLock after = default;
        try
        {
            // Of one that asked again before it had this answer.
            using (_sync.Enter())
                WatchJoinLocked(ref after);
        }
        finally
        {
            _events.Run(ref after);
        }
    }
}
