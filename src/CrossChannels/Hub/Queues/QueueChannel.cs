using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>A channel whose items a hub holds as bytes, first in first out, for any number of readers and writers here and elsewhere.</summary>
/// <remarks>
/// One lock guards it all: queue, credit, ports. A link's lock (<see cref="Outbox.Sync"/>) is taken before it where both are needed, never
/// after; what a call has to do to links, timers and callers is gathered in <see cref="HubAfterLock"/> and done outside. The parts know each
/// other only where one uses another; what they tell the channel goes through <see cref="IQueueEvents"/>.
/// </remarks>
internal sealed class QueueChannel : HubObject, IQueueEvents, IDeadLetters
{
    private readonly HubClock _clock;
    private readonly CompletionDecision _completion;
    private readonly CreditAllocator _writers;
    private readonly Dispatcher _readers;
    private readonly Balancer _balancer;
    private readonly Redelivery _redelivery;
    private readonly LaneWatch _lanes;
    private readonly QueueLinks _links;
    private readonly ChannelBytes _bytes;
    private readonly JoinList _joins = new();
    private readonly ITimer? _arrivalTimer;
    private bool _isExiting;
    private ReaderClosedException? _aborted;

    public QueueChannel(string name, QueueOptions options, HubBudget budget)
        : base(name)
    {
        Options = options;
        _clock = new HubClock(options.Hub.Connection.TimeProvider);
        Queue = new HubQueue(0, _clock);
        _completion = new CompletionDecision(options.Completion);
        _bytes = new ChannelBytes(options.MaxBytes, options.Hub.MaxBytes, budget, OnBytesFreed);
        _writers = new CreditAllocator(options.Capacity, _clock, _bytes, this);
        _readers = new Dispatcher(Sync, Queue, options.Leases is not null);
        _balancer = new Balancer(name, options, _clock, Sync, Queue, _writers, _readers, this);
        _redelivery = new Redelivery(Sync, name, _clock, options, Queue, _bytes, Lifecycle, _joins, _writers, _readers, _balancer, this);
        _lanes = new LaneWatch(Sync, _clock, Queue, _bytes, Lifecycle, _writers, _readers, _balancer, this);
        _links = new QueueLinks(Sync, name, _clock, options, Queue, _bytes, Lifecycle, _writers, _readers, _redelivery, _lanes, this);
        OwnerReads = new OwnerReads(Sync, _clock, options, Queue, Lifecycle, _redelivery, _lanes, this);
        OwnerWrites = new OwnerWrites(Sync, _clock, options.MaxItemBytes, Queue, _writers, _bytes, Lifecycle, this);
        Queue.Know(options.Items.Value);
        if (options.Completion is { Rule: CompletionRule.LastWriter } policy && policy.ArrivalTimeout != Timeout.InfiniteTimeSpan)
            _arrivalTimer = _clock.Provider.CreateTimer(static state => ((QueueChannel)state!).OnArrivalLate(), this, policy.ArrivalTimeout, Timeout.InfiniteTimeSpan);
        // The last, since other channels of the hub may tell it at once that bytes are free.
        _bytes.Enter();
    }

    public RankedLock Sync { get; } = new(LockRank.HubChannel);

    public QueueOptions Options { get; }

    public HubQueue Queue { get; }

    public ChannelLifecycle Lifecycle { get; } = new();

    public OwnerReads OwnerReads { get; }

    public OwnerWrites OwnerWrites { get; }

    public CreditAllocator Writers => _writers;

    public Redelivery Redelivery => _redelivery;

    public LaneWatch Lanes => _lanes;

    /// <summary>How many wait until items are processed.</summary>
    public int Joining { get { using (Sync.Enter()) return _joins.Count; } }

    public int LinkCount { get { using (Sync.Enter()) return _links.Count; } }

    private bool IsLeased => Options.Leases is not null;

    private bool FreesSlotWhenSettled => Options.Leases is { CapacityRelease: CapacityRelease.Settled };

    /// <summary>Which channel it is, for messages.</summary>
    private string Where => Options.Address.Length > 0 ? Options.Address : $"'{Name}'";

    private ConnectionOptions Connection => Options.Hub.Connection;

    /// <summary>Items that are queued, in flight or leased.</summary>
    private long Unprocessed => Queue.Total + _readers.HeldItems + OwnerReads.LeaseCount;

    public override bool Serves(LinkRole role) => role == LinkRole.Writer || role == (IsLeased ? LinkRole.LeasedReader : LinkRole.Reader);

    public override string WhyNot(LinkRole role) => role switch
    {
        LinkRole.Reader => $"The channel '{Name}' is leased: open it with OpenLeasedReaderAsync.",
        LinkRole.LeasedReader => $"The channel '{Name}' is not leased: open it with OpenReaderAsync.",
        _ => $"'{Name}' is a channel: open it with {(IsLeased ? "OpenLeasedReaderAsync" : "OpenReaderAsync")} or OpenWriterAsync.",
    };

    public override Link Attach(HubRequest request) => _links.Attach(request);

    public override ChannelStatus GetStatus()
    {
        _lanes.CollectAll();
        _clock.Refresh();
        using (Sync.Enter())
        {
            return new ChannelStatus(Name)
            {
                Depth = Queue.Total,
                Bytes = _bytes.Held,
                Capacity = _writers.IsUnlimited ? null : _writers.Capacity,
                InFlight = _readers.HeldItems + OwnerReads.LeaseCount,
                OldestWait = Age(Queue.OldestAge),
                OldestLease = IsLeased ? Age(_readers.Accounts.Max(account => account.Held.FirstSentAt is { } sent ? _clock.Now - sent : (long?)null)) : null,
                IsLeased = IsLeased,
                IsCompleted = Lifecycle.IsDecided,
                ContentType = Options.Items.Value?.ContentType,
                ContractName = Options.Items.Value?.Name,
                CompletionPolicy = Options.Completion.ToString(),
                Lanes = _lanes.Lanes.Count + _readers.Accounts.Count(static account => account.LaneRests is not null),
                LaneParkings = _links.LaneRests.Parkings,
                LaneDoorbells = _links.LaneRests.Doorbells,
                Writers = [.. _writers.Accounts.Select(PeerStatuses.Of)],
                Readers = [.. _readers.Accounts.Select(account => PeerStatuses.Of(account, IsLeased))],
                WaitingWriters = WaitingWriters(),
                WaitingReaders = WaitingReaders(),
            };
        }
    }

    public override void BeginExit()
    {
        using (Sync.Enter())
            _isExiting = true;
    }

    private static TimeSpan? Age(long? milliseconds) => milliseconds is { } age ? TimeSpan.FromMilliseconds(age) : null;

    public override bool BeginClose()
    {
        LeaveByOwner();
        using (Sync.Enter())
            return !Lifecycle.IsOver && Queue.Total > 0;
    }

    public override async ValueTask<long> CloseAsync(TimeSpan drainTimeout)
    {
        LeaveByOwner();
        await DrainAsync(drainTimeout).ConfigureAwait(false);
        long left;
        Link[] links;
        bool isCompleted;
        using (Sync.Enter())
        {
            left = Unprocessed;
            links = _links.Open();
            isCompleted = _completion.Error is not OwnerLeftException;
        }
        if (left > 0)
        {
            ChannelMetrics.NotReceived(left, MetricTags.Owner(Name));
            Log.NotDrained(Connection.Logger, Name, left);
        }
        End("The owner closed the channel before everything was read.", left);
        Task closed = Task.WhenAll(links.Select(static link => link.Closed));
        if (drainTimeout != TimeSpan.Zero)
            await Task.WhenAny(closed, Task.Delay(Connection.CloseTimeout, Connection.TimeProvider)).ConfigureAwait(false);
        foreach (Link link in links)
        {
            if (link.Closed.IsCompleted)
                continue;
            // Its words may not have gone yet.
            if (isCompleted)
                link.Abort("The hub is closed.");
            else
                link.LeaveAtOnce(left);
        }
        _bytes.Leave();
        return left;
    }

    /// <summary>The owner completes the channel.</summary>
    public bool TryComplete(Exception? error)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (Sync.Enter())
            {
                // In a process that exits no call of its own fails.
                if (Lifecycle.IsDecided || !_completion.TryCompleteByOwner(error))
                    return Lifecycle.WriterClosure is { IsExit: true };
                DecideLocked(ref after);
            }
        }
        finally
        {
            Run(ref after);
        }
        return true;
    }

    /// <summary>Ends the channel at once; what is queued is dropped.</summary>
    public void Abort(string? reason) => End(reason, left: null);

    /// <summary>It was not made after all: its name is taken.</summary>
    public void Discard()
    {
        Abort("It was not made.");
        _bytes.Leave();
    }

    bool IDeadLetters.TryTake(ReadOnlySpan<byte> payload, int count, out Action after)
    {
        HubAfterLock theirs = default;
        after = static () => { };
        using (Sync.Enter())
        {
            if (Lifecycle.IsOver)
                return false;
            Queue.Know(Options.Items.Value);
            Queue.Append(payload, count);
            _writers.Occupy(count);
            _bytes.Charge(payload.Length, ref theirs);
            DeliverLocked(ref theirs);
        }
        after = new DeadLettersTaken(this, theirs).Run;
        return true;
    }

    bool IQueueEvents.IsOwnerIdle => OwnerReads.IsWaiting;

    bool IQueueEvents.IsOwnerBlocked => OwnerWrites.Waiting > 0;

    bool IQueueEvents.IsProcessingAwaited => !_joins.IsEmpty || Lifecycle.IsDecided;

    ItemTaker? IQueueEvents.Owner => OwnerReads.IsReader ? OwnerReads.Taker : null;

    /// <inheritdoc/>
    public void Run(ref HubAfterLock after, bool isParking = false)
    {
        if (!after.IsEmpty)
            RunAll(ref after, isParking);
    }

    OwnerAdmission IQueueEvents.AdmitOwner(ref HubAfterLock after) => OwnerWrites.AdmitLocked(ref after);

    void IQueueEvents.OnWriterStarved(ref HubAfterLock after) => _balancer.OnWriterStarved(ref after);

    void IQueueEvents.OnPeerAnswered(ref HubAfterLock after) => _balancer.LookSoon(ref after);

    void IQueueEvents.OnWriterArrived() => _completion.WriterArrived();

    void IQueueEvents.OnArrived(int count, int bytes, ref HubAfterLock after)
    {
        if (Lifecycle.IsOver)
        {
            // Its writer has not heard yet. Nobody would free the bytes of it, which all channels of the hub share.
            Queue.Clear();
            return;
        }
        Options.Items.Fix();
        _writers.Use(count);
        _bytes.Charge(bytes, ref after);
        DeliverLocked(ref after);
    }

    void IQueueEvents.OnLanesDue(ref HubAfterLock after) => _lanes.OnDue(ref after);

    void IQueueEvents.OnOwnerWrote(int bytes, ref HubAfterLock after)
    {
        _bytes.Charge(bytes, ref after);
        DeliverLocked(ref after);
    }

    void IQueueEvents.OnWriterDone(WriterAccount account, bool hasArrived, EndingKind how, Exception? error, ref HubAfterLock after)
    {
        _writers.Remove(account, ref after);
        if (!Lifecycle.IsDecided && hasArrived)
        {
            if (_completion.WriterDone(account.Link.PeerName, how, error))
                DecideLocked(ref after);
            else if ((_readers.Accounts.Count > 0 || OwnerReads.IsWaiting) && _completion.TakeLeftOpen())
                after.Do(LogLeftOpen);
        }
        SealLocked(ref after);
    }

    void IQueueEvents.OnReaderIdle(ref HubAfterLock after) => _balancer.OnReaderIdle(ref after);

    void IQueueEvents.OnOwnerIdle(ref HubAfterLock after)
    {
        _balancer.OnReaderIdle(ref after);
        if (_writers.IsGrantWise)
            _writers.Grant(ref after);
    }

    void IQueueEvents.OnDispatched(ref HubAfterLock after) => _balancer.OnDispatched(ref after);

    void IQueueEvents.OnProcessed(long first, int count, bool hadSlot, ref HubAfterLock after)
    {
        _joins.Processed(first, count, ref after);
        if (hadSlot)
            _writers.Release(count);
        _lanes.OnProcessed(count);
    }

    void IQueueEvents.OnFreed(long bytes, ref HubAfterLock after)
    {
        // After the joins have counted what is processed: what comes from lanes may begin one.
        _lanes.OnFreed(ref after);
        FreedLocked(bytes, ref after);
    }

    void IQueueEvents.OnLeasesTaken(long count, ref HubAfterLock after)
    {
        if (FreesSlotWhenSettled)
            return;
        _writers.Release(count);
        FreedLocked(0, ref after);
    }

    void IQueueEvents.OnLeaseLost(long sequence) => Log.LeaseLost(Connection.Logger, $"the owner of channel '{Name}'", sequence);

    void IQueueEvents.OnOrderGivenUp() => _redelivery.Reconsider(isOrderGivenUp: true);

    void IQueueEvents.OnReturned(ref HubAfterLock after)
    {
        if (Queue.IsRestricted)
            _redelivery.Reconsider();
        DeliverLocked(ref after);
        FreedLocked(0, ref after);
    }

    void IQueueEvents.AddJoin(Action<Exception?> done, ref HubAfterLock after)
    {
        // What writers published before counts.
        _lanes.Drain(ref after);
        if (_aborted is { } error)
            after.Do(() => done(error));
        else
            _joins.Add(Queue.NextSequence, Unprocessed, done, ref after);
        _balancer.AwaitReports(ref after);
    }

    bool IQueueEvents.RemoveJoin(Action<Exception?> done) => _joins.Remove(done);

    private void LogLeftOpen() => Log.LeftOpen(Connection.Logger, Name);

    private void RunAll(ref HubAfterLock after, bool isParking)
    {
        HeldLocks.AssertNone();
        try
        {
            if (after.Run(_readers, _balancer.Timer, isParking) is { } error)
                Log.HubWorkFailed(Connection.Logger, Name, error);
        }
        finally
        {
            after.Wake.Wake(Options.WakeInline);
        }
    }

    /// <summary>Passes queued items on: to the owner's waiting readers first, then to others that ask.</summary>
    private void DeliverLocked(ref HubAfterLock after)
    {
        Sync.AssertHeld();
        bool isOwnerWoken = OwnerReads.HandOverLocked(ref after);
        if (Queue.Count == 0 || _readers.Accounts.Count == 0)
            return;
        // What the owner leaves is offered in a moment.
        if (_readers.TryHoldForOwner(isOwnerWoken))
            _balancer.LookSoon(ref after);
        else
            after.IsOfferDue = true;
    }

    /// <summary>Slots or bytes are free, or items are done with.</summary>
    private void FreedLocked(long bytes, ref HubAfterLock after)
    {
        Sync.AssertHeld();
        if (bytes > 0)
        {
            _bytes.Charge(-bytes, ref after);
            // However full the hub is, a channel that holds nothing takes one item.
            if (_bytes is { Held: 0, IsHubFull: true })
                after.Do(OnBytesFreed);
        }
        if (_writers.IsGrantDue)
            _writers.Grant(ref after);
        CheckOverLocked(ref after);
        _balancer.AwaitReports(ref after);
    }

    /// <summary>There is room for bytes again.</summary>
    private void OnBytesFreed()
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (Sync.Enter())
            {
                _writers.GrantBytes(ref after);
                _lanes.OnBytesFreed(ref after);
                // What was kept for the owner may serve one of several; the others have to ask.
                if (OwnerWrites.AdmitLocked(ref after) == OwnerAdmission.MoreWaiting)
                    _writers.OwnerWants(isWaiting: true, ref after);
            }
        }
        finally
        {
            Run(ref after);
        }
    }

    private void OnArrivalLate()
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (Sync.Enter())
            {
                if (!Lifecycle.IsDecided && _completion.ArrivalTimedOut())
                    DecideLocked(ref after);
            }
        }
        finally
        {
            Run(ref after);
        }
    }

    /// <summary>The owner leaves; what it has not completed does not end as if it had.</summary>
    private void LeaveByOwner()
    {
        _lanes.CollectAll();
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (Sync.Enter())
            {
                long unread = Unprocessed;
                if (Lifecycle.IsDecided || !_completion.TryCompleteByOwner(new OwnerLeftException(Name, unread)))
                    return;
                DecideLocked(ref after);
                // Of a channel that is empty and alone nobody waits to hear.
                if (unread > 0 || _links.Count > 0)
                    after.Do(() => Log.OwnerLeft(Connection.Logger, Name, unread));
            }
        }
        finally
        {
            Run(ref after);
        }
    }

    /// <summary>It is decided that, and how, the channel ends: nothing more is accepted, and writers are told.</summary>
    private void DecideLocked(ref HubAfterLock after)
    {
        Sync.AssertHeld();
        Exception? error = _completion.Error;
        CloseWritersLocked(EndingMap.ClosureOf(error, Where), ref after);
        foreach (WriterAccount account in _writers.Accounts)
            after.Do(() => account.Link.EndChannel(error));
        _balancer.OnClosing(ref after);
        SealLocked(ref after);
    }

    private void CloseWritersLocked(Closure closure, ref HubAfterLock after)
    {
        Sync.AssertHeld();
        closure = closure.AtExit(_isExiting);
        Lifecycle.Decide(closure);
        if (_arrivalTimer is { } timer)
            after.Do(timer.Dispose);
        _writers.Close();
        OwnerWrites.CloseLocked(closure, ref after);
    }

    private void SealLocked(ref HubAfterLock after)
    {
        Sync.AssertHeld();
        if (!Lifecycle.IsDecided || _writers.Accounts.Count > 0)
            return;
        Lifecycle.Seal(ref after);
        CheckOverLocked(ref after);
    }

    /// <summary>Readers learn of the end when nothing is left that could come back.</summary>
    private void CheckOverLocked(ref HubAfterLock after)
    {
        Sync.AssertHeld();
        if (Lifecycle.IsSealed && !Lifecycle.IsOver && Unprocessed == 0)
            EndDrainedLocked(ref after);
    }

    // Apart from its check, which is made for every read: what it captures would be allocated there each time.
    private void EndDrainedLocked(ref HubAfterLock after)
    {
        Closure closure = Lifecycle.WriterClosure!;
        // What was left when the owner went has been read since.
        if (closure.Error is OwnerLeftException)
            closure = EndingMap.ClosureOf(new OwnerLeftException(Name, 0), Where);
        foreach (ReaderAccount account in _readers.Accounts)
            after.Do(() => account.Link.TryComplete(closure.Error));
        EndReadersLocked(closure, ref after);
    }

    private void EndReadersLocked(Closure closure, ref HubAfterLock after)
    {
        Sync.AssertHeld();
        closure = closure.AtExit(_isExiting);
        Lifecycle.End(closure, ref after);
        // Also of a queue that was drained: it keeps its last segment for the next items.
        Queue.Clear();
        _balancer.Stop(ref after);
        long leased = OwnerReads.EndLocked(closure, ref after);
        _bytes.Charge(-leased, ref after);
        // Also charges what was too little to be charged before.
        _bytes.End(ref after);
    }

    /// <summary>Ends the channel at once; what is queued is dropped.</summary>
    /// <param name="reason">Why; null if none was given.</param>
    /// <param name="left">The owner leaves, and so many items are not read; null if it aborts.</param>
    private void End(string? reason, long? left)
    {
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (Sync.Enter())
            {
                if (Lifecycle.IsOver)
                    return;
                var toWriters = new ReaderClosedException($"the owner of channel '{Name}'", reason);
                bool isLeaving = left is not null && _completion.Error is OwnerLeftException;
                Exception toReaders = isLeaving
                    ? new OwnerLeftException(Name, left ?? 0)
                    : new LinkAbortedException($"The owner of channel '{Name}' ended it: {reason ?? "no reason given"}");
                foreach (WriterAccount account in _writers.Accounts)
                    after.Do(() => _ = account.Link.CloseReaderAsync(reason));
                foreach (ReaderAccount account in _readers.Accounts)
                {
                    after.Do(() =>
                    {
                        if (isLeaving)
                            account.Link.TryComplete(toReaders);
                        else
                            account.Link.Abort(toReaders.Message);
                    });
                }
                if (!Lifecycle.IsDecided)
                    CloseWritersLocked(new Closure(new Ending(EndingKind.ReaderClosed, toWriters), toWriters) { Where = Where }, ref after);
                _aborted = toWriters;
                _bytes.Charge(-Queue.Bytes, ref after);
                Queue.Clear();
                _joins.Fail(toWriters, ref after);
                EndReadersLocked(EndingMap.ClosureOf(toReaders, Where), ref after);
            }
        }
        finally
        {
            Run(ref after);
        }
    }

    /// <summary>Waits until the channel is over, nobody is left to wait for, or the time is up. Never throws.</summary>
    private async Task DrainAsync(TimeSpan timeout)
    {
        if (timeout == TimeSpan.Zero)
            return;
        using var deadline = new CancellationTokenSource(timeout, Connection.TimeProvider);
        Task late = Task.Delay(Timeout.InfiniteTimeSpan, deadline.Token);
        while (!late.IsCompleted && WaitedFor() is { } tasks)
            await Task.WhenAny([late, Lifecycle.Over, .. tasks]).ConfigureAwait(false);
        await deadline.CancelAsync().ConfigureAwait(false);
    }

    /// <returns>Tasks of which one is done when it is time to look again: readers that drain, and without any, writers that send the rest; null if nothing is waited for.</returns>
    private Task[]? WaitedFor()
    {
        using (Sync.Enter())
        {
            if (Lifecycle.IsOver)
                return null;
            if (_readers.Accounts.Count > 0)
                return [.. _links.ReadersLeft()];
            // Nobody makes room for writers that wait for bytes.
            return Lifecycle.IsSealed || _bytes.IsFull ? null : [Lifecycle.Sealed];
        }
    }

    private List<PeerStatus> WaitingWriters()
    {
        // The owner stands in the order also when it has only looked, and not when it waits because of bytes.
        List<WriterAccount?> order = [.. _writers.WaitingInOrder];
        if (OwnerWrites.Waiting == 0)
            order.Remove(null);
        else if (!order.Contains(null))
            order.Add(null);
        return [.. order.Select(static account => account is null ? PeerStatuses.Owner(PeerWait.Room) : PeerStatuses.Of(account))];
    }

    private List<PeerStatus> WaitingReaders()
    {
        List<PeerStatus> waiting = OwnerReads.IsWaiting ? [PeerStatuses.Owner(PeerWait.Item)] : [];
        waiting.AddRange(_readers.Accounts.Where(static account => account.IsIdle).Select(account => PeerStatuses.Of(account, IsLeased)));
        return waiting;
    }

    /// <summary>What is to be done once dead letters were taken, and no lock is held.</summary>
    private sealed class DeadLettersTaken(QueueChannel letters, HubAfterLock after)
    {
        private HubAfterLock _after = after;

        public void Run() => letters.Run(ref _after);
    }
}
