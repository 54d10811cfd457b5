using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>The hub's end of one remote reader: takes items out of the channel as it asks for them, and holds them until it has read or settled them.</summary>
/// <remarks>Everything mutable is guarded by the channel's lock.</remarks>
internal sealed class ConsumerPort : SendingHalf
{
    private readonly QueueChannel _channel;
    private readonly Outbox _outbox;
    private readonly Stack<Block> _spares = new(1);
    private readonly List<ItemBatch> _taken = [];
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _granted;
    private long _grantedBytes;
    private long _windowBytes;
    private long _sent;
    private long _sentBytes;
    private long _read;
    private long _cut;
    private long _settled;
    private Closure? _closure;

    public ConsumerPort(QueueChannel channel, Outbox outbox)
    {
        _channel = channel;
        _outbox = outbox;
        Held = new InFlight(channel.ElementSize);
    }

    public Link Link { get; set; } = null!;

    public DateTimeOffset Since { get; init; }

    /// <summary>Done when it takes no more items.</summary>
    public Task Left => _left.Task;

    /// <summary>What it has not read, or not settled.</summary>
    public InFlight Held { get; }

    /// <summary>Items that it asks for.</summary>
    /// <remarks>None while it is to give some back: what it cuts are the newest it has, and these must be the newest it was sent.</remarks>
    public long Demand => _closure is null && (ReclaimDeadline is null || ReclaimedMost == 0) ? _granted - _sent : 0;

    public long Sent => _sent;

    public long Read => _read;

    /// <summary>Items that may not have been handed to its program.</summary>
    public long Unread => _sent - _read - _cut;

    /// <summary>It waits, and has nothing to do meanwhile.</summary>
    public bool IsHungry => Demand > 0 && Unread == 0;

    /// <summary>When it has to have answered what it has read, and given back; null if it was not asked.</summary>
    public long? ReclaimDeadline { get; set; }

    /// <summary>When it is next asked for a sign of life, if somebody waits for what it has; in milliseconds of the hub's clock.</summary>
    public long ProbeAt { get; set; }

    /// <summary>How many items it was asked to give back.</summary>
    public long ReclaimedMost { get; set; }

    /// <summary>What it had been sent, and not read, when it was last asked, and whether for items; it is not asked again for the same.</summary>
    public (long Sent, long Unread, bool ForItems) LastAsked { get; set; } = (-1, -1, false);

    /// <summary>It has items of which it may not have told that it took them, and it was not asked for what it has now.</summary>
    /// <param name="forItems">It is to give some back; to be asked only how far it is does not count then.</param>
    public bool IsWorthAsking(bool forItems) =>
        Unread > 0 && ReclaimDeadline is null && ((LastAsked.Sent, LastAsked.Unread) != (_sent, Unread) || (forItems && !LastAsked.ForItems));

    public override Closure? Closure => _closure;

    public override long UnreceivedCount { get { using (_channel.Sync.Enter()) return Unread; } }

    public override bool HasWaiters => false;

    internal override bool HasSendableLocked
    {
        get
        {
            using (_channel.Sync.Enter())
                return Demand > 0 && _channel.Queue.Count > 0 && (_sentBytes < _grantedBytes || _grantedBytes - _sentBytes == _windowBytes);
        }
    }

    internal override bool HasItemsLocked => false;

    internal override Block? TakeBlockLocked(ref WakeList wake)
    {
        using (_channel.Sync.Enter())
        {
            long count = Math.Min(Demand, _channel.Readers.FairShare);
            long room = _grantedBytes - _sentBytes;
            bool mayTakeLone = room == _windowBytes;
            if (count <= 0 || (room <= 0 && !mayTakeLone) || !_channel.Queue.TryTakeRun((int)Math.Min(count, int.MaxValue), Math.Min(room, FrameLimits.BatchBytes), out ItemBatch run))
                return null;
            if (run.Bytes > room && !(mayTakeLone && run.Count == 1))
            {
                _channel.Queue.Return(run);
                return null;
            }
            if (!_spares.TryPop(out Block? block))
                block = new Block();
            bool isLeased = _channel.IsLeased;
            int deliveries = run.Deliveries;
            block.Begin(_sent, Math.Max(FrameLimits.BatchBytes, run.Bytes), isLeased && deliveries > 0 ? deliveries : 0);
            do
            {
                block.AppendMany(run.Payload, run.Count);
                Dispatched(run);
                count -= run.Count;
                room -= run.Bytes;
            }
            while (count > 0 && TryTakeMore(count, Math.Min(room, FrameLimits.BatchBytes - block.PayloadBytes), deliveries, isLeased, out run));
            _channel.Readers.Taken();
            return block;
        }
    }

    internal override void ReturnBlockLocked(Block block)
    {
        block.Free();
        _spares.Push(block);
    }

    /// <summary>Has items sent that it asks for, on this thread, unless somebody does so already.</summary>
    public void Offer() => _outbox.SendInline(withFeedback: false);

    /// <summary>Asks for what it has read, and to give back so many items that it has not.</summary>
    public void PostReclaim(long most) => _outbox.Post(new OutFrame(FrameType.Reclaim, most));

    public override void Open(CreditFrame credit, int peerMaxItemBytes)
    {
        if (peerMaxItemBytes < _channel.MaxItemBytes)
        {
            Link.Abort($"A reader of this channel must take items of {_channel.MaxItemBytes:N0} bytes, and this one takes {peerMaxItemBytes:N0} (MaxItemBytes).");
            return;
        }
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            _windowBytes = _grantedBytes = credit.Bytes;
            _granted = credit.Items;
            _channel.Readers.DemandChanged(ref duties);
        }
        duties.Run(_channel);
    }

    public override bool TryGrant(CreditFrame credit, ref WakeList wake)
    {
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            if (credit.Items < _granted || credit.Bytes < _grantedBytes || credit.Bytes - _windowBytes > _sentBytes)
                return false;
            _granted = credit.Items;
            _grantedBytes = credit.Bytes;
            _channel.Readers.DemandChanged(ref duties);
        }
        duties.Run(_channel);
        return true;
    }

    public override bool TryCount(long count, bool read, ref WakeList wake)
    {
        HubAfterLock duties = default;
        using (_channel.Sync.Enter())
        {
            if (count > _sent)
                return false;
            // Finished: it has read all that it has not given back.
            if (read && !TryReport(_sent - _cut, ref duties))
                return false;
        }
        duties.Run(_channel);
        return true;
    }

    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        HubAfterLock duties = default;
        try
        {
            using (_channel.Sync.Enter())
                return TryHandle(type, body, ref duties);
        }
        finally
        {
            // What the good part of a bad frame set free is others' all the same.
            duties.Run(_channel);
        }
    }

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body)
    {
        if (type != FrameType.Report)
            return false;
        using (_channel.Sync.Enter())
            return CounterFrame.Read(body, type) == _read;
    }

    private bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref HubAfterLock duties)
    {
        switch (type)
        {
            case FrameType.Report:
                Require(TryReport(CounterFrame.Read(body, type), ref duties), type);
                return true;
            case FrameType.Reclaimed:
                Require(TryReclaim(ReclaimedFrame.Parse(body), ref duties), type);
                return true;
            case FrameType.Settle when _channel.IsLeased:
                Settle(body, ref duties);
                return true;
            default:
                return false;
        }
    }

    public override bool TryClose(Func<long, Closure> makeClosure, bool drop, OutFrame? last)
    {
        HubAfterLock duties = default;
        // The link's lock comes first: nobody may find the direction closed, and say goodbye, before the last frame is there.
        using (_outbox.Sync.Enter())
        {
            using (_channel.Sync.Enter())
            {
                if (_closure is not null)
                    return false;
                _closure = makeClosure(Unread);
                _channel.Readers.Remove(this, ref duties);
                // A reader that closes has told what it has read; of one that is lost everything is in doubt.
                GiveBack(isExact: _closure.Ending.Kind == EndingKind.ReaderClosed, ref duties);
            }
            if (last is { } frame)
                _outbox.PostLocked(frame with { Value = _sent });
        }
        _left.TrySetResult();
        duties.Run(_channel);
        return true;
    }

    public override void Detach(Func<long, Exception> makeError)
    {
    }

    private static void Require(bool isRight, FrameType type)
    {
        if (!isRight)
            throw new MalformedFrameException($"Frame {type} counts items or leases that this reader was not sent, or has told of before.");
    }

    private bool TryTakeMore(long count, long room, int deliveries, bool isLeased, out ItemBatch run)
    {
        run = default;
        if (room <= 0 || !_channel.Queue.TryTakeRun((int)Math.Min(count, int.MaxValue), room, out run))
            return false;
        if (run.Bytes <= room && (!isLeased || run.Deliveries == deliveries))
            return true;
        _channel.Queue.Return(run);
        return false;
    }

    private void Dispatched(ItemBatch run)
    {
        run.LinkSequence = _sent;
        _sent += run.Count;
        _sentBytes += run.Bytes;
        Held.Add(run);
        _channel.Readers.Dispatched(run.Count, run.Bytes);
    }

    private bool TryReport(long read, ref HubAfterLock duties)
    {
        // What it had is given back, and others may have it: its late words change nothing.
        if (_closure is not null)
            return true;
        long count = read - _read;
        if (count < 0 || count > Unread)
            return false;
        if (count == 0)
            return true;
        _read = read;
        if (_channel.IsLeased)
        {
            _channel.LeasesTakenLocked(count, ref duties);
            return true;
        }
        _taken.Clear();
        Held.TakeOldest(count, _taken);
        _channel.DoneLocked(_taken, ref duties);
        return true;
    }

    private bool TryReclaim(ReclaimedFrame answer, ref HubAfterLock duties)
    {
        if (_closure is not null)
            return true;
        long cut = answer.Cut - _cut;
        if (ReclaimDeadline is null || !TryReport(answer.Read, ref duties) || cut < 0 || cut > Math.Min(Unread, ReclaimedMost))
            return false;
        ReclaimDeadline = null;
        _channel.Balancer.AskedMoved();
        _cut = answer.Cut;
        _taken.Clear();
        Held.TakeNewest(cut, _taken);
        _channel.ReturnLocked(_taken, ReturnReason.NotHanded, hadSlot: true, ref duties);
        _channel.Readers.DemandChanged(ref duties);
        return true;
    }

    private void Settle(ReadOnlySpan<byte> body, ref HubAfterLock duties)
    {
        bool isAnswerWanted = SettleFrame.ReadFlags(body, out ReadOnlySpan<byte> rest);
        while (_closure is null && SettleFrame.TryReadRange(ref rest, out SettleRange range))
        {
            Require(range.Count <= _read - _settled, FrameType.Settle);
            _settled += range.Count;
            _taken.Clear();
            bool isKnown = Held.TryTake(range, _taken);
            // Of a range that is wrong nothing is believed: what it names comes again.
            if (isKnown && range.Outcome == SettleOutcome.Completed)
                _channel.LeasesCompletedLocked(_taken, ref duties);
            else
                _channel.ReturnLocked(_taken, ReturnReason.Handed, hadSlot: _channel.FreesSlotWhenSettled, ref duties);
            Require(isKnown, FrameType.Settle);
        }
        if (isAnswerWanted)
            duties.Do(PostSettled);
    }

    private void PostSettled()
    {
        long settled;
        using (_channel.Sync.Enter())
            settled = _settled;
        _outbox.Post(new OutFrame(FrameType.Settled, settled));
    }

    /// <summary>Gives everything back that is not read, or not settled.</summary>
    private void GiveBack(bool isExact, ref HubAfterLock duties)
    {
        long unread = Math.Min(Unread, Held.Count);
        // If its program had nothing, the next one may have been handed over without a word, and have been its death: if it did not count, it would be so for ever.
        long next = !isExact && _channel.IsLeased && unread == Held.Count ? Math.Min(unread, 1) : 0;
        _taken.Clear();
        Held.TakeNewest(unread - next, _taken);
        _channel.ReturnLocked(_taken, isExact ? ReturnReason.NotHanded : ReturnReason.InDoubt, hadSlot: true, ref duties);
        _taken.Clear();
        Held.TakeOldest(Held.Count - next, _taken);
        _channel.ReturnLocked(_taken, ReturnReason.Handed, hadSlot: _channel.FreesSlotWhenSettled, ref duties);
        _taken.Clear();
        Held.TakeOldest(next, _taken);
        _channel.ReturnLocked(_taken, ReturnReason.Handed, hadSlot: true, ref duties);
    }
}
