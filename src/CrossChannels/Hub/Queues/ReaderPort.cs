using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The hub's end of one remote reader's link: takes items out of the channel's queue as it asks for them, and gives back what it did not read or settle.</summary>
/// <remarks>Everything mutable is guarded by the channel's lock, but for <see cref="Closure"/>, which is read without it.</remarks>
internal sealed class ReaderPort : SendingHalf
{
    private readonly RankedLock _sync;
    private readonly HubClock _clock;
    private readonly QueueOptions _options;
    private readonly HubQueue _queue;
    private readonly Dispatcher _readers;
    private readonly Redelivery _redelivery;
    private readonly IQueueEvents _events;
    private readonly Outbox _outbox;
    private readonly Stack<Block> _spares = new(1);
    private readonly List<ItemBatch> _taken = [];
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IHubReaderLane? _lane;
    private bool _isAnswerWanted;
    private long _answered = -1;
    private Closure? _closure;

    public ReaderPort(RankedLock sync, HubClock clock, QueueOptions options, HubQueue queue, Dispatcher readers, Redelivery redelivery, IQueueEvents events, Outbox outbox)
    {
        _sync = sync;
        _clock = clock;
        _options = options;
        _queue = queue;
        _readers = readers;
        _redelivery = redelivery;
        _events = events;
        _outbox = outbox;
        Account = new ReaderAccount(outbox, queue.ElementSize) { Since = clock.Provider.GetUtcNow() };
    }

    /// <summary>What it asks for, and has.</summary>
    public ReaderAccount Account { get; }

    /// <summary>Done when it takes no more items.</summary>
    public Task Left => _left.Task;

    public override Closure? Closure => Volatile.Read(ref _closure);

    public override long UnreceivedCount { get { using (_sync.Enter()) return Account.Unread; } }

    public override bool HasWaiters => false;

    public override bool IsLane => _lane is not null;

    /// <summary>Its items go by a lane. Set once, before the link begins.</summary>
    public void UseLane(IHubReaderLane lane)
    {
        _lane = lane;
        Account.Fill = FillLane;
        Account.LaneRests = lane.Rests;
    }

    /// <remarks>Without the channel's lock: whoever changes what it looks at has the outbox look again, and <see cref="TakeBlockLocked"/> decides.</remarks>
    internal override bool HasSendableLocked => _lane is null && Account.Demand > 0 && _queue.Count > 0;

    internal override bool HasItemsLocked => false;

    private bool IsLeased => _options.Leases is not null;

    private bool FreesSlotWhenSettled => _options.Leases is { CapacityRelease: CapacityRelease.Settled };

    internal override Block? TakeBlockLocked(ref WakeList wake)
    {
        if (_lane is not null)
            return null;
        HubAfterLock after = default;
        try
        {
            using (_sync.Enter())
                return FillBlockLocked(ref after);
        }
        finally
        {
            // This is under the outbox's lock; only the timer can be due, and that is set by the pool.
            if (!after.IsEmpty)
                ThreadPool.UnsafeQueueUserWorkItem(static work => work.Run(), new Deferred(_events, after), preferLocal: false);
        }
    }

    internal override void ReturnBlockLocked(Block block)
    {
        block.Free();
        _spares.Push(block);
    }

    public override void Open(CreditFrame credit, int peerMaxItemBytes)
    {
        // One that did not say so in its hello, where it would have been refused.
        int largest = _queue.ElementSize > 0 ? _queue.ElementSize : _options.MaxItemBytes;
        if (peerMaxItemBytes < largest)
        {
            Account.Link.Abort($"A reader of this channel must take items of {largest:N0} bytes, and this one takes {peerMaxItemBytes:N0} (MaxItemBytes).");
            return;
        }
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                Account.Open(credit);
                DemandChangedLocked(ref after);
            }
        }
        finally
        {
            _events.Run(ref after);
        }
    }

    public override bool TryGrant(CreditFrame credit, ref WakeList wake)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (!Account.TryRaiseDemand(credit))
                    return false;
                DemandChangedLocked(ref after);
            }
        }
        finally
        {
            _events.Run(ref after);
        }
        return true;
    }

    public override bool TryCount(long count, bool read, ref WakeList wake)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                // Finished: it has read all that it has not given back.
                return count <= Account.Sent && (!read || TryReportLocked(Account.Sent - Account.Cut, ref after));
            }
        }
        finally
        {
            _events.Run(ref after);
        }
    }

    public override bool TryHandle(FrameType type, ReadOnlySpan<byte> body, ref WakeList wake)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
                return TryHandleLocked(type, body, ref after);
        }
        finally
        {
            // What the good part of a bad frame set free is others' all the same.
            _events.Run(ref after);
        }
    }

    public override bool IsRepeated(FrameType type, ReadOnlySpan<byte> body)
    {
        using (_sync.Enter())
        {
            return type switch
            {
                FrameType.Report => CounterFrame.Read(body, type) == Account.Read,
                FrameType.Doorbell => _lane is { Rests.IsRungInVain: true },
                // Without ranges it only asks, or says nothing at all.
                FrameType.Settle => SettleFrame.IsEmpty(body) && (Account.Settled == _answered || !SettleFrame.ReadFlags(body, out _)),
                _ => false,
            };
        }
    }

    public override bool TryClose(Func<long, Closure> makeClosure, bool drop, OutFrame? last)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            // The link's lock comes first: the direction must not be found closed, and the goodbye be said, before the last frame is there.
            using (_outbox.Sync.Enter())
            {
                long sent, settled;
                bool isAnswerDue;
                using (_sync.Enter())
                {
                    if (_closure is not null)
                        return false;
                    isAnswerDue = TryTakeAnswerLocked();
                    settled = _answered;
                    Closure closure = makeClosure(Account.Unread);
                    // A reader that closes has told what it has read; of one that is lost everything is in doubt, but where a lane tells.
                    bool isExact = closure.Ending.Kind == EndingKind.ReaderClosed;
                    if (_lane is not null)
                        isExact = WithdrawLocked(_lane, closure, ref after) || isExact;
                    Volatile.Write(ref _closure, closure);
                    Account.IsClosed = true;
                    sent = Account.Sent;
                    GiveBackLocked(isKnown: isExact, isLeaving: closure.Ending.Kind == EndingKind.ReaderClosed, ref after);
                    _readers.Remove(Account, ref after);
                    _events.OnReturned(ref after);
                }
                // What ends the channel may be the very lease whose confirmation is asked for, and nothing is confirmed after the end.
                if (isAnswerDue)
                    _outbox.PostLocked(new OutFrame(FrameType.Settled, settled));
                if (last is { } frame)
                    _outbox.PostLocked(frame with { Value = sent });
            }
            _left.TrySetResult();
        }
        finally
        {
            _events.Run(ref after);
        }
        return true;
    }

    public override void Detach(Func<long, Exception> makeError)
    {
    }

    /// <summary>Publishes what is queued and asked for on the lane.</summary>
    private void FillLane()
    {
        HubAfterLock after = default;
        bool isRinging = false;
        long? queued = null;
        _clock.Refresh();
        try
        {
            using (_sync.Enter())
            {
                if (_closure is null)
                    isRinging = FillLaneLocked(_lane!, ref queued, ref after);
            }
            if (queued is { } milliseconds)
                ChannelMetrics.Queued(milliseconds / 1000.0, _outbox.Tags);
            if (isRinging)
                _outbox.PostInline(new OutFrame(FrameType.Doorbell, Doorbell.Published));
        }
        finally
        {
            _events.Run(ref after);
        }
    }

    /// <param name="lane">Its lane.</param>
    /// <param name="queued">How long the first item was queued, where that is measured.</param>
    /// <param name="after">What follows.</param>
    /// <returns>Whether the reader is to be rung.</returns>
    private bool FillLaneLocked(IHubReaderLane lane, ref long? queued, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        long before = Account.Sent;
        do
        {
            while (Account.HasRoom && Math.Min(_readers.ShareOf(Account), lane.Room) is > 0 and { } count && TryTakeRunLocked(count, out ItemBatch batch))
            {
                queued ??= batch.QueuedMilliseconds;
                if (!TryPublishLocked(lane, batch, ref after))
                    break;
            }
        }
        // Rung when there is room, if it is not credit that ends.
        while (lane.Room <= 0 && Account.Demand > 0 && _queue.Count > 0 && !lane.TryPark());
        if (lane.TakeViolation() is { } violation)
            ViolatedLocked(violation, ref after);
        if (Account.Sent == before)
        {
            queued = null;
            return false;
        }
        _events.OnDispatched(ref after);
        return lane.TryWakeReader();
    }

    private bool TryTakeRunLocked(long count, out ItemBatch batch)
    {
        _sync.AssertHeld();
        long room = Account.RoomBytes;
        if (!_queue.TryTakeRun(Account.Taker, (int)Math.Min(count, int.MaxValue), Math.Min(room, FrameLimits.BatchBytes), out batch))
            return false;
        // A lone item may exceed what is left of the window only if the reader holds nothing else.
        if (batch.Bytes <= room || (Account.MayTakeLone && batch.Count == 1))
            return true;
        _queue.Return(batch);
        return false;
    }

    /// <returns>False if there was no room for all, or what was published is to be alone.</returns>
    private bool TryPublishLocked(IHubReaderLane lane, ItemBatch batch, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        int published = lane.Publish(batch);
        if (published < batch.Count)
        {
            if (published == 0)
            {
                _queue.Return(batch);
                return false;
            }
            ItemBatch first = batch.CutFirst(published, _queue.ElementSize);
            _queue.Return(batch);
            batch = first;
        }
        // What goes from one reader to the next unread has not moved: else it could go round for ever while the owner, who has had later items, waits.
        if (batch.FirstSentAt == 0)
            batch.FirstSentAt = _clock.Now;
        Account.MovedAt = Math.Max(Account.MovedAt, batch.FirstSentAt);
        _readers.Dispatched(Account, batch, ref after);
        return !batch.IsSuspect;
    }

    /// <summary>The reader is lost, or leaves: has it hand nothing more, and takes its own word for what it has handed.</summary>
    /// <returns>Whether that is known.</returns>
    private bool WithdrawLocked(IHubReaderLane lane, Closure closure, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        // One that its owner leaves, or that is at the end of the channel, drains what it has.
        bool isExact = closure.Ending.Kind is EndingKind.Completed or EndingKind.Faulted or EndingKind.OwnerLeft or EndingKind.WriterLeft || lane.TryWithdraw(out _);
        long handed = lane.HandedItems;
        bool isRight = handed >= Account.Read && handed <= Account.Sent - Account.Cut && TryReportLocked(handed, ref after);
        lane.Close();
        return isExact && isRight;
    }

    private static void Require(bool isRight, FrameType type)
    {
        if (!isRight)
            throw new MalformedFrameException($"Frame {type} counts items or leases that this reader was not sent, or has told of before.");
    }

    private Block? FillBlockLocked(ref HubAfterLock after)
    {
        _sync.AssertHeld();
        long count = _readers.ShareOf(Account);
        long room = Account.RoomBytes;
        bool mayTakeLone = Account.MayTakeLone;
        if (count <= 0 || !Account.HasRoom || !_queue.TryTakeRun(Account.Taker, (int)Math.Min(count, int.MaxValue), Math.Min(room, FrameLimits.BatchBytes), out ItemBatch batch))
            return null;
        // A lone item may exceed what is left of the window only if the reader holds nothing else.
        if (batch.Bytes > room && !(mayTakeLone && batch.Count == 1))
        {
            _queue.Return(batch);
            return null;
        }
        if (!_spares.TryPop(out Block? block))
            block = new Block();
        int deliveries = batch.Deliveries;
        ItemTrace? trace = batch.Trace;
        long? queued = batch.QueuedMilliseconds;
        block.Begin(Account.Sent, Math.Max(FrameLimits.BatchBytes, batch.Bytes), IsLeased && deliveries > 0 ? deliveries : 0, trace?.Context ?? default);
        block.QueuedMilliseconds = queued;
        do
        {
            // What goes from one reader to the next unread has not moved: else it could go round for ever while the owner, who has had later items, waits.
            if (batch.FirstSentAt == 0)
                batch.FirstSentAt = _clock.Now;
            Account.MovedAt = Math.Max(Account.MovedAt, batch.FirstSentAt);
            block.AppendMany(batch.Payload, batch.Count);
            _readers.Dispatched(Account, batch, ref after);
            count -= batch.Count;
            room -= batch.Bytes;
        }
        while (count > 0 && !batch.IsSuspect && TryTakeMoreLocked(count, Math.Min(room, FrameLimits.BatchBytes - block.PayloadBytes), deliveries, trace, out batch));
        _events.OnDispatched(ref after);
        return block;
    }

    private bool TryTakeMoreLocked(long count, long room, int deliveries, ItemTrace? trace, out ItemBatch batch)
    {
        _sync.AssertHeld();
        batch = default;
        if (room <= 0 || !_queue.TryTakeRun(Account.Taker, (int)Math.Min(count, int.MaxValue), room, out batch))
            return false;
        // One frame says how often all of its items were delivered, and what trace they belong to.
        if (batch.Bytes <= room && (!IsLeased || (batch.Deliveries == deliveries && ReferenceEquals(batch.Trace, trace))))
            return true;
        _queue.Return(batch);
        return false;
    }

    private void DemandChangedLocked(ref HubAfterLock after)
    {
        _sync.AssertHeld();
        if (_queue.HasFor(Account.Taker))
            after.IsOfferDue = true;
        else
            _events.OnReaderIdle(ref after);
    }

    private bool TryHandleLocked(FrameType type, ReadOnlySpan<byte> body, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        switch (type)
        {
            case FrameType.Report:
                Require(TryReportLocked(CounterFrame.Read(body, type), ref after), type);
                return true;
            case FrameType.Reclaimed:
                Require(TryReclaimLocked(ReclaimedFrame.Parse(body), ref after), type);
                return true;
            case FrameType.Doorbell when _lane is not null:
                _lane.Rests.Rung();
                after.IsOfferDue = true;
                return true;
            case FrameType.Settle when IsLeased:
                SettleLocked(body, ref after);
                return true;
            default:
                return false;
        }
    }

    private bool TryReportLocked(long read, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        long count = read - Account.Read;
        // What it had is given back, and others may have it: of a report that arrives after that only the number counts, since a reader that its
        // owner left still drains, and then says that it has finished with all that it was sent.
        if (_closure is not null)
        {
            if (count > 0 && count <= Account.Unread)
                Account.AddRead(count);
            return true;
        }
        if (count < 0 || count > Account.Unread)
            return false;
        if (count == 0)
            return true;
        Account.AddRead(count);
        Account.MovedAt = _clock.Now;
        // It asked for more before it said that it has nothing left: whoever looked meanwhile did not take it for one that waits.
        if (Account.IsIdle && _readers.HeldItems > Account.Held.Count)
            _events.OnReaderIdle(ref after);
        if (IsLeased)
        {
            _events.OnLeasesTaken(count, ref after);
            return true;
        }
        _events.OnFreed(ProcessedLocked(TakeOldestLocked(count), hadSlot: true, ref after), ref after);
        return true;
    }

    private bool TryReclaimLocked(ReclaimedFrame answer, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        if (_closure is not null)
            return true;
        long cut = answer.Cut - Account.Cut;
        if (Account.AnswerDeadline is null || !TryReportLocked(answer.Read, ref after) || cut < 0 || cut > Math.Min(Account.Unread, Account.AskedFor))
            return false;
        _taken.Clear();
        Account.Held.TakeNewest(cut, _taken);
        Account.AddCut(cut, _taken);
        ReturnLocked(_taken, ReturnReason.NotHanded, hadSlot: true, ref after);
        _events.OnPeerAnswered(ref after);
        DemandChangedLocked(ref after);
        return true;
    }

    private void SettleLocked(ReadOnlySpan<byte> body, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        bool isAnswerWanted = SettleFrame.ReadFlags(body, out ReadOnlySpan<byte> rest);
        long freed = 0;
        try
        {
            while (_closure is null && SettleFrame.TryReadRange(ref rest, out SettleRange range))
            {
                Require(range.Count <= Account.Read - Account.Settled, FrameType.Settle);
                Account.AddSettled(range.Count);
                _taken.Clear();
                bool isKnown = Account.Held.TryTake(range, _taken);
                // Of a range that is wrong nothing is believed: what it names comes again.
                if (isKnown && range.Outcome == SettleOutcome.Completed)
                    freed += ProcessedLocked(_taken, hadSlot: FreesSlotWhenSettled, ref after);
                else
                    ReturnLocked(_taken, range.Outcome == SettleOutcome.Unreadable ? ReturnReason.Unreadable : ReturnReason.Abandoned, hadSlot: FreesSlotWhenSettled, ref after);
                Require(isKnown, FrameType.Settle);
            }
        }
        finally
        {
            // Also of a frame that turns out wrong: what its good part set free is others' all the same.
            _events.OnFreed(freed, ref after);
        }
        // The answer counts all, so that one is enough however often it is asked for before it is sent.
        if (!isAnswerWanted || _isAnswerWanted)
            return;
        _isAnswerWanted = true;
        after.Do(PostSettled);
    }

    /// <summary>Items are read, or their leases completed. What that sets free is told afterwards, for all that one frame tells of.</summary>
    /// <returns>Their bytes.</returns>
    private long ProcessedLocked(List<ItemBatch> batches, bool hadSlot, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        long bytes = 0;
        foreach (ItemBatch batch in batches)
        {
            bytes += batch.Bytes;
            _readers.Released(Account, batch.Count, ref after);
            _events.OnProcessed(batch.Sequence, batch.Count, hadSlot, ref after);
            if (IsLeased && ChannelMetrics.AreLeasesTimed)
                TimeLeaseLocked(batch.FirstSentAt, ref after);
            batch.Release();
        }
        return bytes;
    }

    // These two are apart from the checks before them, for what they capture would be allocated there each time.
    private void ViolatedLocked(string violation, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        after.Do(() => Violated(violation));
    }

    private void TimeLeaseLocked(long sentAt, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        double seconds = (_clock.Now - sentAt) / 1000.0;
        after.Do(() => ChannelMetrics.LeaseCompleted(seconds, _outbox.Tags));
    }

    private void PostSettled()
    {
        // The link's lock comes first, as in TryClose: an end must not be posted between the count and its answer.
        using (_outbox.Sync.Enter())
        {
            long settled;
            using (_sync.Enter())
            {
                if (!TryTakeAnswerLocked())
                    return;
                settled = _answered;
            }
            _outbox.PostLocked(new OutFrame(FrameType.Settled, settled));
        }
    }

    /// <returns>Whether the reader is to be told how many of its leases are settled, which <see cref="_answered"/> says.</returns>
    private bool TryTakeAnswerLocked()
    {
        _sync.AssertHeld();
        if (!_isAnswerWanted)
            return false;
        _isAnswerWanted = false;
        _answered = Account.Settled;
        return true;
    }

    /// <summary>Gives everything back that is not read, or not settled.</summary>
    /// <param name="isKnown">It is known what it has handed to its program.</param>
    /// <param name="isLeaving">It leaves in order.</param>
    /// <param name="after">Gets what follows.</param>
    private void GiveBackLocked(bool isKnown, bool isLeaving, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        long unread = Math.Min(Account.Unread, Account.Held.Count);
        long handed = Account.Held.Count - unread;
        // If its program had nothing, the next one may have been handed over without a word and have killed it. Count it: otherwise a poison item would be redelivered for ever.
        long next = !isKnown && IsLeased && handed == 0 ? Math.Min(unread, 1) : 0;
        _taken.Clear();
        Account.Held.TakeNewest(unread - next, _taken);
        ReturnLocked(_taken, isKnown ? ReturnReason.NotHanded : ReturnReason.InDoubt, hadSlot: true, ref after);
        // Of several that a lost program had, each is a suspect, and only one that is lost alone counts as a failure.
        ReturnReason reason = isLeaving ? ReturnReason.Abandoned : handed + next > 1 ? ReturnReason.Suspect : ReturnReason.Failed;
        ReturnLocked(TakeOldestLocked(handed), reason, hadSlot: FreesSlotWhenSettled, ref after);
        ReturnLocked(TakeOldestLocked(next), reason, hadSlot: true, ref after);
    }

    private List<ItemBatch> TakeOldestLocked(long count)
    {
        _taken.Clear();
        Account.Held.TakeOldest(count, _taken);
        return _taken;
    }

    private void ReturnLocked(List<ItemBatch> batches, ReturnReason reason, bool hadSlot, ref HubAfterLock after)
    {
        _sync.AssertHeld();
        foreach (ItemBatch batch in batches)
        {
            _readers.Released(Account, batch.Count, ref after);
            // What another was given in order before is new to this reader.
            bool isInOrder = reason == ReturnReason.NotHanded && _closure is null && Account.IsCutInOrder;
            _redelivery.Return(batch with { IsInOrder = isInOrder }, reason, Account.Taker, hadSlot, ref after);
        }
        if (batches.Count > 0)
            _events.OnReturned(ref after);
    }

    /// <summary>What is to be done after a lock of a link's that is held now.</summary>
    private sealed class Deferred(IQueueEvents events, HubAfterLock after)
    {
        private HubAfterLock _after = after;

        public void Run() => events.Run(ref _after);
    }
}
