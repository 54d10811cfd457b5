using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.SharedMemory;
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
    /// <summary>An item that so many readers, or one so many times, could not read goes to the dead letters.</summary>
    private const int MostUnreadable = 3;

    /// <summary>An owner that is about to wait looks so often at writers that publish just then; after that the timer does.</summary>
    private const int LooksBeforeTimer = 8;

    private const int MostReadBlindly = 128;

    private const long FirstBackoffMilliseconds = 10;
    private const long UnreadableBackoffMilliseconds = 100;
    private const long MostBackoffMilliseconds = 1000;

    private readonly HubClock _clock;
    private readonly CompletionTracker _completion;
    private readonly CreditAllocator _writers;
    private readonly Dispatcher _readers;
    private readonly Balancer _balancer;
    private readonly WriterLanes _lanes;
    private readonly LanePump _pump;
    private readonly LaneSpin _spin;
    private readonly ChannelBytes _bytes;
    private readonly JoinList _joins = new();
    private readonly List<Link> _links = [];
    private readonly List<ConsumerPort> _consumers = [];
    private readonly ITimer? _arrivalTimer;
    private readonly long _mostReadBlindly;
    private long _readSinceLook;
    private ItemContract? _known;
    private bool _isOwnersTurn;
    private bool _isExiting;
    private ReaderClosedException? _aborted;

    public QueueChannel(string name, QueueOptions options, HubBudget budget)
        : base(name)
    {
        Options = options;
        _clock = new HubClock(options.Hub.Connection.TimeProvider);
        Queue = new HubQueue(0, _clock);
        _completion = new CompletionTracker(options.Completion);
        _bytes = new ChannelBytes(options.MaxBytes, options.Hub.MaxBytes, budget, OnBytesFreed);
        _writers = new CreditAllocator(options.Capacity, _clock, _bytes, this);
        _readers = new Dispatcher(Sync, Queue, options.Leases is not null);
        _balancer = new Balancer(name, options, _clock, Sync, Queue, _writers, _readers, this);
        _lanes = new WriterLanes(Queue, _bytes);
        _spin = new LaneSpin(Sync, _lanes);
        _mostReadBlindly = Math.Clamp(options.Capacity / 8, 1, MostReadBlindly);
        _pump = new LanePump(Sync, _clock, _lanes, this);
        OwnerReads = new OwnerReads(Sync, _clock, options, Queue, Lifecycle, this);
        OwnerWrites = new OwnerWrites(Sync, _clock, options.MaxItemBytes, Queue, _writers, _bytes, Lifecycle, this);
        KnowContract();
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

    public override Link Attach(HubRequest request)
    {
        bool isWriter = request.Role == LinkRole.Writer;
        ItemContract asked = isWriter ? request.Writes : request.Reads;
        LinkIdentity identity;
        string? unfit;
        bool isLetIn;
        long window;
        using (Sync.Enter())
        {
            ItemContract? known = Options.Items.Value;
            identity = IdentityOf(known ?? asked);
            unfit = known is null ? Unfit(asked) : null;
            // A peer that is refused does not decide what the channel carries.
            isLetIn = unfit is null && identity.Refusal(LinkIdentity.Versions, request.Hello) is null;
            if (isLetIn)
                identity = IdentityOf(Options.Items.Attach(asked));
            if (unfit is null)
                KnowContract();
            window = _bytes.WindowFor(_writers.Accounts.Count);
        }
        // A link begins outside the channel's lock: it takes its own, starts a timer, and is counted.
        if (unfit is not null)
            return request.Refuse(Connection, unfit);
        LaneAgreement? lane = null;
        string? fault = null;
        bool isAgreed = false;
        try
        {
            if (OperatingSystem.IsLinux() && isWriter)
                lane = LaneAgreement.TryGreet(request, identity, LaneFor(identity.Reads, window), Connection);
            else if (OperatingSystem.IsLinux())
                lane = LaneAgreement.TryTake(request, identity, IsLeased ? 0 : identity.Writes.ElementSize, IsLeased ? LaneUse.HubLeasedReader : LaneUse.HubReader, out fault);
            isAgreed = fault is null;
        }
        finally
        {
            if (!isAgreed)
                ForgetContract(isLetIn);
        }
        if (fault is not null)
            return request.Refuse(Connection, fault, ReasonCode.NoLane);
        if (lane is not null)
            identity = identity with { Features = LaneAgreement.Features };
        var link = new Link(request.Input, request.Output, identity, request.Peer, new Halves(this, isWriter, window) { Lane = lane });
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (Sync.Enter())
            {
                _links.Add(link);
                if (isWriter)
                    AddWriterLocked(((ProducerPort)link.Receiver).Account, link, ref after);
                else
                    AddReaderLocked((ConsumerPort)link.Sender, link, ref after);
            }
            if (lane is null || !isWriter)
                link.Start();
            else
                link.StartGreeted();
        }
        finally
        {
            Run(ref after);
        }
        _ = ForgetAsync(link, isLetIn);
        return link;

        LinkIdentity IdentityOf(ItemContract contract) =>
            new(isWriter ? ItemContract.None : contract, isWriter ? contract : ItemContract.None, Name, Connection, request.Role)
            {
                MaxItemBytes = isWriter ? Options.MaxItemBytes : null,
                LargestItemBytes = isWriter || contract.ElementSize > 0 ? 0 : Options.MaxItemBytes,
                IsSingleReader = Options.IsSingleReader,
            };
    }

    public override ChannelStatus GetStatus()
    {
        CollectAll();
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
            links = [.. _links];
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
            KnowContract();
            Queue.Append(payload, count);
            _writers.Occupy(count);
            _bytes.Charge(payload.Length, ref theirs);
            DeliverLocked(ref theirs);
        }
        after = new DeadLettersTaken(this, theirs).Run;
        return true;
    }

    bool IQueueEvents.IsOwnerIdle => OwnerReads.IsWaiting;

    bool IQueueEvents.IsProcessingAwaited => !_joins.IsEmpty || Lifecycle.IsDecided;

    ItemTaker IQueueEvents.Owner => OwnerReads.Taker;

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
        Options.Items.Fix();
        _writers.Use(count);
        _bytes.Charge(bytes, ref after);
        DeliverLocked(ref after);
    }

    bool IQueueEvents.AreLanesBlocked => _bytes.IsFull;

    void IQueueEvents.OnLaneRung(IWriterLane lane, ref HubAfterLock after)
    {
        _spin.Rung();
        _lanes.Collect(lane, ref after);
        KeepLooking(ref after);
    }

    void IQueueEvents.OnLaneEnded(IWriterLane lane, ref HubAfterLock after)
    {
        while (_lanes.Collect(lane, ref after))
        {
            // What does not fit now comes when bytes are free.
        }
        KeepLooking(ref after);
    }

    bool IQueueEvents.CollectFromLanes(ref HubAfterLock after) => _lanes.IsAnyActive && _lanes.Collect(ref after);

    void IQueueEvents.OnLanesDue(ref HubAfterLock after)
    {
        _writers.TakeBackLate(ref after);
        if (!_lanes.Collect(ref after) && !_pump.IsRunning)
            _lanes.TryPark();
        KeepLooking(ref after);
    }

    void IQueueEvents.OnOwnerParks(ref HubAfterLock after)
    {
        if (_pump.IsRunning)
            return;
        for (int looks = 0; looks < LooksBeforeTimer && OwnerReads.IsWaiting && !_lanes.TryPark(); looks++)
            _lanes.Collect(ref after);
        if (OwnerReads.IsWaiting)
            _spin.Parked();
        KeepLooking(ref after);
    }

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

    void IQueueEvents.OnRead(long first, int count, long bytes, ref HubAfterLock after)
    {
        _writers.Release(count);
        // Writers that wait for the room say so on their lanes, at which a reader that finds enough in the queue would not look.
        _readSinceLook += count;
        if (_lanes.IsAnyActive && _readSinceLook >= _mostReadBlindly)
        {
            _readSinceLook = 0;
            _lanes.Collect(ref after);
        }
        _joins.Processed(first, count, ref after);
        FreedLocked(bytes, ref after);
    }

    void IQueueEvents.OnLeasesTaken(long count, ref HubAfterLock after)
    {
        if (FreesSlotWhenSettled)
            return;
        _writers.Release(count);
        FreedLocked(0, ref after);
    }

    void IQueueEvents.OnLeasesCompleted(in ItemBatch leases, ref HubAfterLock after)
    {
        if (FreesSlotWhenSettled)
            _writers.Release(leases.Count);
        _joins.Processed(leases.Sequence, leases.Count, ref after);
        FreedLocked(leases.Bytes, ref after);
    }

    void IQueueEvents.Return(ItemBatch batch, ReturnReason reason, ItemTaker reader, bool hadSlot, ref HubAfterLock after)
    {
        batch.Deliveries += reason == ReturnReason.NotHanded ? 0 : 1;
        batch.Failures += reason is ReturnReason.Failed or ReturnReason.Abandoned or ReturnReason.Unreadable ? 1 : 0;
        // One that its program gave back in so many words did not kill it.
        batch.IsSuspect = reason is ReturnReason.Suspect or ReturnReason.Failed || (batch.IsSuspect && reason is ReturnReason.NotHanded or ReturnReason.InDoubt);
        batch.IsInOrder &= reason == ReturnReason.NotHanded;
        batch.TakenFrom = reason == ReturnReason.NotHanded && _readers.Accounts.Exists(account => account.Taker == reader && !account.IsClosed) ? reader : null;
        if (reason == ReturnReason.Unreadable)
            (batch.UnreadableTo ??= []).Add(reader);
        if (Lifecycle.IsOver || IsDead(batch, reason))
        {
            DropLocked(batch, hadSlot, ref after);
            return;
        }
        if (!hadSlot)
            _writers.Occupy(batch.Count);
        long wait = BackoffOf(batch, reason);
        if (wait > 0)
            Queue.ReturnLater(batch, _clock.Now + wait);
        else
            Queue.Return(batch);
        if (!batch.IsForAll)
            Queue.Reconsider(Takers());
        _balancer.OnSetAside(ref after);
    }

    void IQueueEvents.OnLeaseLost(long sequence) => Log.LeaseLost(Connection.Logger, $"the owner of channel '{Name}'", sequence);

    void IQueueEvents.OnOrderGivenUp() => Queue.Reconsider(Takers(), isOrderGivenUp: true);

    void IQueueEvents.OnReturned(ref HubAfterLock after)
    {
        if (Queue.IsRestricted)
            Queue.Reconsider(Takers());
        DeliverLocked(ref after);
        FreedLocked(0, ref after);
    }

    void IQueueEvents.AddJoin(Action<Exception?> done, ref HubAfterLock after)
    {
        while (_lanes.IsAnyActive && _lanes.Collect(ref after))
        {
            // What writers published before counts.
        }
        if (_aborted is { } error)
            after.Do(() => done(error));
        else
            _joins.Add(Queue.NextSequence, Unprocessed, done, ref after);
        _balancer.AwaitReports(ref after);
    }

    bool IQueueEvents.RemoveJoin(Action<Exception?> done) => _joins.Remove(done);

    /// <summary>Queues everything that is on lanes, also on those that are parked: what their writers have published can be counted on.</summary>
    public void CollectAll()
    {
        if (!_lanes.IsAny)
            return;
        HubAfterLock after = default;
        _clock.Refresh();
        try
        {
            using (Sync.Enter())
            {
                while (_lanes.CollectAll(ref after))
                {
                    // A batch of each lane at a time.
                }
                KeepLooking(ref after);
            }
        }
        finally
        {
            Run(ref after);
        }
    }

    /// <summary>The owner waits on this thread for a moment, where writers on lanes are at work and that pays.</summary>
    /// <returns>Whether an item may be here.</returns>
    public bool Spin() => _lanes.IsAny && (Queue.Count > 0 || (!Lifecycle.IsOver && _spin.TryFindNews()));

    /// <summary>Sees to it that active lanes are looked at again, whoever else does.</summary>
    private void KeepLooking(ref HubAfterLock after)
    {
        Sync.AssertHeld();
        if (!_lanes.IsAnyActive)
            return;
        // The owner's reads look by themselves; what remote readers wait for somebody has to bring.
        if (_readers.Accounts.Count > 0 && !_bytes.IsFull)
            _pump.Start();
        else
            _balancer.LookSoon(ref after);
    }

    /// <summary>What the lane of one more writer is like.</summary>
    private LaneLayout LaneFor(ItemContract items, long window) =>
        LaneLayout.Of(items.ElementSize, Options.MaxItemBytes, _writers.Capacity, window, Connection.MaxUnsentBytes) with { Use = LaneUse.HubWriter };

    private void LogLeftOpen() => Log.LeftOpen(Connection.Logger, Name);

    private void AddWriterLocked(WriterAccount account, Link link, ref HubAfterLock after)
    {
        Sync.AssertHeld();
        account.Link = link;
        _writers.Accounts.Add(account);
        if (Lifecycle.WriterClosure is { } closure)
            after.Do(() => link.EndChannel(closure.Error));
    }

    private void AddReaderLocked(ConsumerPort port, Link link, ref HubAfterLock after)
    {
        Sync.AssertHeld();
        port.Account.Link = link;
        _readers.Add(port.Account);
        _consumers.Add(port);
        if (Lifecycle.ReaderClosure is { } closure)
            after.Do(() => link.TryComplete(closure.Error));
    }

    /// <summary>What is wrong with what a peer says of the items of a channel that was declared without a type; null if nothing is.</summary>
    private string? Unfit(ItemContract asked)
    {
        if (asked.IsNone || asked.ElementSize > Options.MaxItemBytes)
            return $"Channel '{Name}' carries items of at most {Options.MaxItemBytes:N0} bytes (MaxItemBytes), and not {asked}.";
        return Options.ContractName is { } name && !string.Equals(name, asked.Name, StringComparison.Ordinal)
            ? $"Channel '{Name}' was declared for items called '{name}', and not for {asked}. Give the type that name: [ChannelContract(\"{name}\")], or ItemOptions.ContractName."
            : null;
    }

    /// <summary>A peer that was let in has not come after all.</summary>
    private void ForgetContract(bool isLetIn)
    {
        using (Sync.Enter())
        {
            if (isLetIn)
                Options.Items.Detach();
        }
    }

    private async Task ForgetAsync(Link link, bool isLetIn)
    {
        await link.Closed.ConfigureAwait(false);
        using (Sync.Enter())
        {
            _links.Remove(link);
            if (link.Sender is ConsumerPort consumer)
                _consumers.Remove(consumer);
            // What it left on its lane is as good as written.
            if (link.Receiver is ProducerPort { IsDone: false })
                Options.Items.Fix();
            // Only now, since its contract is what the queue is made for.
            if (isLetIn)
                Options.Items.Detach();
        }
        (link.Receiver as ProducerPort)?.ForgetJoins();
    }

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
        // A single item goes to the owner's woken readers every other time; what they leave is offered in a moment.
        _isOwnersTurn = isOwnerWoken && Queue.Count == 1 && !_isOwnersTurn;
        if (_isOwnersTurn)
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
                while (_lanes.IsAnyActive && _lanes.Collect(ref after))
                {
                    // Until they are empty, or bytes are full again.
                }
                KeepLooking(ref after);
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

    private bool IsDead(in ItemBatch batch, ReturnReason reason) => reason switch
    {
        ReturnReason.Unreadable when batch.Failures >= MostUnreadable => true,
        ReturnReason.Failed or ReturnReason.Abandoned or ReturnReason.Unreadable => Options.Leases?.MaxDeliveries is { } most && batch.Failures >= most,
        _ => false,
    };

    /// <summary>How long an item waits that came back: not at first, then longer each time. Nothing waits behind it.</summary>
    private static long BackoffOf(in ItemBatch batch, ReturnReason reason) => reason switch
    {
        ReturnReason.Unreadable => UnreadableBackoffMilliseconds,
        ReturnReason.Abandoned when batch.Failures > 1 => Math.Min(MostBackoffMilliseconds, FirstBackoffMilliseconds << Math.Min(batch.Failures - 2, 10)),
        _ => 0,
    };

    /// <summary>Items leave the channel unread: for the dead letters, unless the channel is over.</summary>
    private void DropLocked(ItemBatch batch, bool hadSlot, ref HubAfterLock after)
    {
        Sync.AssertHeld();
        if (hadSlot)
            _writers.Release(batch.Count);
        _bytes.Charge(-batch.Bytes, ref after);
        _joins.Processed(batch.Sequence, batch.Count, ref after);
        if (!Lifecycle.IsOver)
        {
            // They are among the dead letters before anybody can see that they are out of this channel.
            if (Options.DeadLetters is { } letters && letters.TryTake(batch.Payload, batch.Count, out Action theirs))
                after.Do(theirs);
            after.Do(() => Log.DeadLetters(Connection.Logger, Name, batch.Count));
        }
        batch.Release();
    }

    private List<ItemTaker> Takers()
    {
        List<ItemTaker> takers = [.. _readers.Accounts.Where(static account => !account.IsClosed).Select(static account => account.Taker)];
        if (OwnerReads.IsReader)
            takers.Add(OwnerReads.Taker);
        return takers;
    }

    /// <summary>The queue is made for its items as soon as it is known what they are. That may change until the first is written, and before that nothing is queued.</summary>
    private void KnowContract()
    {
        if (Options.Items.Value is not { } contract || ReferenceEquals(contract, _known))
            return;
        _known = contract;
        Queue.KnowElementSize(contract.ElementSize);
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
        CollectAll();
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
                return [.. _consumers.Where(static port => !port.Account.IsClosed).Select(static port => port.Left)];
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

    /// <summary>The halves of the link of one remote end.</summary>
    private sealed record Halves(QueueChannel Channel, bool IsWriter, long WindowBytes) : LinkHalves
    {
        /// <summary>A hub that exits has its readers drain first.</summary>
        public override bool HasOwner => true;

        /// <summary>What its items go by; null where they go over the connection.</summary>
        public LaneAgreement? Lane { get; init; }

        public override SendingHalf MakeSender(Outbox outbox)
        {
            if (IsWriter)
                return new NoSending();
            var port = new ConsumerPort(Channel.Sync, Channel._clock, Channel.Options, Channel.Queue, Channel._readers, Channel, outbox);
            if (OperatingSystem.IsLinux() && Lane is { } lane)
                port.UseLane(new ReaderLane(lane.End, Channel.Queue.ElementSize, lane.IsFenceShared));
            return port;
        }

        public override ReceivingHalf MakeReceiver(Outbox outbox)
        {
            if (!IsWriter)
                return new NoReceiving();
            var port = new ProducerPort(Channel.Sync, Channel._clock, Channel.Options, Channel.Queue, Channel._writers, Channel._lanes, WindowBytes, Channel, outbox);
            if (OperatingSystem.IsLinux() && Lane is { } lane)
                port.UseLane(new WriterLane(lane.End, lane.IsFenceShared, port));
            return port;
        }
    }

    /// <summary>What is to be done once dead letters were taken, and no lock is held.</summary>
    private sealed class DeadLettersTaken(QueueChannel letters, HubAfterLock after)
    {
        private HubAfterLock _after = after;

        public void Run() => letters.Run(ref _after);
    }
}
