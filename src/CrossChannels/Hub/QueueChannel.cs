using CrossChannels.Diagnostics;
using CrossChannels.Flow;
using CrossChannels.Links;
using CrossChannels.Serialization;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>A channel whose items a hub holds as bytes, first in first out, for any number of readers and writers here and elsewhere.</summary>
/// <remarks>
/// One lock guards it all: queue, slots, ports. A link's lock (<see cref="Outbox.Sync"/>) is taken before it where both are needed, never
/// after; what a call has to do to links is gathered in <see cref="HubAfterLock"/> and done outside. The owner's calls are in <see cref="OwnerReads"/> and <see cref="OwnerWrites"/>.
/// </remarks>
internal sealed class QueueChannel : HubObject
{
    private readonly QueueOptions _options;
    private readonly JoinList _joins = new();
    private readonly List<Link> _links = [];
    private bool _isContractKnown;
    private ReaderClosedException? _aborted;
    private bool _isOwnersTurn;

    public QueueChannel(string name, QueueOptions options, HubBudget budget)
        : base(name)
    {
        _options = options;
        Slots = new Slots(options.Capacity);
        Queue = new HubQueue(0);
        KnowContractLocked();
        Writers = new CreditAllocator(this);
        Readers = new Dispatcher(this);
        Balancer = new Balancer(this);
        OwnerReads = new OwnerReads(this);
        OwnerWrites = new OwnerWrites(this);
        Course = new ChannelLifecycle(this, options.Completion);
        // The last, since other channels of the hub may tell it at once that bytes are free.
        Bytes = new ChannelBytes(this, options.MaxBytes, budget);
    }

    public RankedLock Sync { get; } = new(LockRank.HubChannel);

    public HubOptions Settings => _options.Hub;

    public HubQueue Queue { get; private set; }

    /// <summary>A field, so that its verbs change it.</summary>
    public Slots Slots;

    /// <summary>What it holds in bytes.</summary>
    public ChannelBytes Bytes { get; }

    public CreditAllocator Writers { get; }

    public Dispatcher Readers { get; }

    public Balancer Balancer { get; }

    public OwnerReads OwnerReads { get; }

    public OwnerWrites OwnerWrites { get; }

    /// <summary>How it ends.</summary>
    public ChannelLifecycle Course { get; }

    /// <summary>Why nothing more is accepted; null while something is.</summary>
    public Closure? WriterClosure => Course.WriterClosure;

    /// <summary>Why the channel is over for readers, once nothing is left anywhere.</summary>
    public Closure? ReaderClosure => Course.ReaderClosure;

    public bool IsOver => ReaderClosure is not null;

    public int ElementSize => Queue.ElementSize;

    public int MaxItemBytes => _options.MaxItemBytes;

    public bool IsLeased => _options.Leases is not null;

    public bool FreesSlotWhenSettled => _options.Leases is { CapacityRelease: CapacityRelease.Settled };

    public bool IsSingleReader => _options.IsSingleReader;

    public bool WakeInline => _options.WakeInline;

    public bool IsJoining => !_joins.IsEmpty;

    /// <summary>How many wait until items are processed.</summary>
    public int Joining { get { using (Sync.Enter()) return _joins.Count; } }

    public int LinkCount { get { using (Sync.Enter()) return _links.Count; } }

    /// <summary>Nothing is queued, in flight or leased.</summary>
    public bool IsDrained => Queue.Count == 0 && Readers.HeldItems == 0 && OwnerReads.LeaseCount == 0;

    public bool IsOwnerHungry => OwnerReads.IsWaiting;

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
        bool isUnfit;
        using (Sync.Enter())
        {
            ItemContract contract = _options.Items.Value ?? asked;
            identity = IdentityOf(contract);
            // A peer that is refused does not decide what the channel carries.
            bool isFirst = _options.Items.Value is null && identity.Refusal(LinkIdentity.Versions, request.Hello) is null;
            isUnfit = isFirst && (asked.IsNone || asked.ElementSize > MaxItemBytes);
            if (isFirst && !isUnfit)
                identity = IdentityOf(_options.Items.Fix(contract));
            if (!isUnfit)
                KnowContractLocked();
        }
        // A link begins outside the channel's lock: it takes its own, starts a timer, and is counted.
        if (isUnfit)
            return request.Refuse(Settings.Connection, $"Channel '{Name}' carries items of at most {MaxItemBytes:N0} bytes (MaxItemBytes), and not {asked}.");
        var halves = new PortHalves(this, isWriter);
        var link = new Link(request.Input, request.Output, identity, request.Peer, halves);
        HubAfterLock duties = default;
        using (Sync.Enter())
        {
            _links.Add(link);
            if (isWriter)
                AddWriter((ProducerPort)link.Receiver, link, ref duties);
            else
                AddReader((ConsumerPort)link.Sender, link, ref duties);
        }
        link.Start();
        duties.Run(this);
        _ = ForgetAsync(link);
        return link;

        LinkIdentity IdentityOf(ItemContract contract) =>
            new(isWriter ? ItemContract.None : contract, isWriter ? contract : ItemContract.None, Name, Settings.Connection, request.Role);
    }

    public override ChannelStatus GetStatus() => QueueStatus.Of(this, _options.Completion);

    public override bool BeginClose()
    {
        Course.TryComplete(null);
        using (Sync.Enter())
            return !IsOver && Queue.Count > 0;
    }

    public override async ValueTask<long> CloseAsync(TimeSpan drainTimeout)
    {
        Course.TryComplete(null);
        await ChannelDrain.WaitAsync(this, drainTimeout).ConfigureAwait(false);
        long left;
        Link[] links;
        using (Sync.Enter())
        {
            left = Queue.Count + Readers.HeldItems + OwnerReads.LeaseCount;
            links = [.. _links];
        }
        if (left > 0)
        {
            ChannelMetrics.NotReceived(left);
            Log.NotDrained(Settings.Connection.Logger, Name, left);
        }
        Course.Abort("The owner closed the channel before everything was read.");
        Task closed = Task.WhenAll(links.Select(static link => link.Closed));
        if (drainTimeout != TimeSpan.Zero)
            await Task.WhenAny(closed, DelayAsync(Settings.Connection.CloseTimeout)).ConfigureAwait(false);
        foreach (Link link in links)
        {
            if (!link.Closed.IsCompleted)
                link.Abort("The hub is closed.");
        }
        Bytes.Leave();
        return left;
    }

    /// <summary>Items have just been queued.</summary>
    public void ArrivedLocked(int count, int bytes, ref HubAfterLock duties)
    {
        Slots.Use(count);
        Bytes.ChargeLocked(bytes, ref duties);
        DeliverLocked(ref duties);
    }

    /// <summary>Passes queued items on: to the owner's waiting readers first, then to others that ask.</summary>
    public void DeliverLocked(ref HubAfterLock duties)
    {
        bool isOwnerWoken = OwnerReads.HandOverLocked(ref duties);
        if (Queue.Count == 0 || Readers.Ports.Count == 0)
            return;
        // A single item goes to the owner's woken readers every other time; what they leave is offered in a moment.
        _isOwnersTurn = isOwnerWoken && Queue.Count == 1 && !_isOwnersTurn;
        if (_isOwnersTurn)
            Balancer.OfferSoon();
        else
            duties.IsOfferDue = true;
    }

    /// <summary>A remote reader has read these.</summary>
    public void DoneLocked(List<ItemBatch> runs, ref HubAfterLock duties)
    {
        long count = 0, bytes = 0;
        foreach (ItemBatch run in runs)
        {
            count += run.Count;
            bytes += run.Bytes;
            Readers.Undispatched(run.Count, run.Bytes);
            run.Release();
        }
        Slots.Release(count);
        FreedLocked(bytes, ref duties);
    }

    /// <summary>Leases were handed to a program.</summary>
    public void LeasesTakenLocked(long count, ref HubAfterLock duties)
    {
        if (FreesSlotWhenSettled)
            return;
        Slots.Release(count);
        FreedLocked(0, ref duties);
    }

    /// <summary>Leases of a remote reader were completed.</summary>
    public void LeasesCompletedLocked(List<ItemBatch> runs, ref HubAfterLock duties)
    {
        long bytes = 0;
        foreach (ItemBatch run in runs)
        {
            bytes += run.Bytes;
            Readers.Undispatched(run.Count, run.Bytes);
            if (FreesSlotWhenSettled)
                Slots.Release(run.Count);
            run.Release();
        }
        FreedLocked(bytes, ref duties);
    }

    /// <summary>Items of a remote reader come back to their places.</summary>
    /// <param name="runs">The items.</param>
    /// <param name="reason">What is known of them.</param>
    /// <param name="hadSlot">Whether they still count against the capacity.</param>
    /// <param name="duties">Gets what follows.</param>
    public void ReturnLocked(List<ItemBatch> runs, ReturnReason reason, bool hadSlot, ref HubAfterLock duties)
    {
        foreach (ItemBatch run in runs)
        {
            Readers.Undispatched(run.Count, run.Bytes);
            ReturnLocked(run, reason, hadSlot, ref duties);
        }
        if (runs.Count == 0)
            return;
        DeliverLocked(ref duties);
        FreedLocked(0, ref duties);
    }

    /// <summary>Items come back to their places, or go where those go that came back too often.</summary>
    public void ReturnLocked(ItemBatch run, ReturnReason reason, bool hadSlot, ref HubAfterLock duties)
    {
        run.Deliveries += reason == ReturnReason.NotHanded ? 0 : 1;
        run.Failures += reason == ReturnReason.Handed ? 1 : 0;
        bool isOver = IsOver;
        if (isOver || (reason == ReturnReason.Handed && _options.Leases?.MaxDeliveries is { } most && run.Failures >= most))
        {
            if (hadSlot)
                Slots.Release(run.Count);
            Bytes.ChargeLocked(-run.Bytes, ref duties);
            if (!isOver)
                BuryLocked(run, ref duties);
            run.Release();
            return;
        }
        if (!hadSlot)
            Slots.Occupy(run.Count);
        Queue.Return(run);
    }

    /// <summary>Slots or bytes are free, or items are done with.</summary>
    public void FreedLocked(long bytes, ref HubAfterLock duties)
    {
        if (bytes > 0)
        {
            Bytes.ChargeLocked(-bytes, ref duties);
            // However full the hub is, a channel that holds nothing takes one item.
            if (Bytes is { Held: 0, IsHubFull: true })
                duties.Do(Bytes.OnFreed);
        }
        if (Writers.IsGrantDue)
            Writers.Grant(ref duties);
        if (!_joins.IsEmpty)
            _joins.Advance(LowestUnprocessed(), ref duties);
        if (Course.IsSealed)
            Course.CheckOverLocked(ref duties);
        Balancer.AwaitReports();
    }

    /// <summary>Lets the owner's blocked write have the free slot.</summary>
    public OwnerAdmission AdmitOwnerLocked(ref HubAfterLock duties) => OwnerWrites.AdmitLocked(ref duties);

    /// <summary>Calls back when everything that is in the channel now is processed.</summary>
    public void AddJoinLocked(Action<Exception?> done, ref HubAfterLock duties)
    {
        _joins.Add(Queue.NextSequence, done);
        if (_aborted is not null)
            _joins.Fail(_aborted, ref duties);
        else
            _joins.Advance(LowestUnprocessed(), ref duties);
        Balancer.AwaitReports();
    }

    /// <summary>Nobody waits any more.</summary>
    /// <returns>False if it was called back already, or is about to be.</returns>
    public bool RemoveJoinLocked(Action<Exception?> done) => _joins.Remove(done);

    /// <summary>Throws away what is queued.</summary>
    public void DropLocked(ReaderClosedException error, ref HubAfterLock duties)
    {
        _aborted = error;
        Bytes.ChargeLocked(-Queue.Bytes, ref duties);
        Queue.Clear();
        _joins.Fail(error, ref duties);
    }

    /// <summary>Makes the queue for its items as soon as it is known what they are; before that nothing is queued.</summary>
    public void KnowContractLocked()
    {
        if (_isContractKnown || _options.Items.Value is not { } contract)
            return;
        _isContractKnown = true;
        Queue = new HubQueue(contract.ElementSize);
    }

    private void AddWriter(ProducerPort port, Link link, ref HubAfterLock duties)
    {
        port.Link = link;
        Writers.Ports.Add(port);
        if (WriterClosure is { } closure)
            ChannelLifecycle.EndWriter(port, closure, ref duties);
    }

    private void AddReader(ConsumerPort port, Link link, ref HubAfterLock duties)
    {
        port.Link = link;
        Readers.Add(port);
        if (ReaderClosure is { } closure)
            duties.Do(() => link.TryComplete(closure.Error));
    }

    private async Task ForgetAsync(Link link)
    {
        await link.Closed.ConfigureAwait(false);
        using (Sync.Enter())
            _links.Remove(link);
        (link.Receiver as ProducerPort)?.ForgetJoins();
    }

    private long LowestUnprocessed()
    {
        long lowest = Queue.Count > 0 ? Queue.HeadSequence : Queue.NextSequence;
        foreach (ConsumerPort port in Readers.Ports)
            lowest = Math.Min(lowest, port.Held.LowestSequence);
        return Math.Min(lowest, OwnerReads.LowestLease);
    }

    /// <summary>Puts items among the dead letters before anybody can see that they are out of this channel. Takes that channel's lock, which never takes this one.</summary>
    private void BuryLocked(ItemBatch run, ref HubAfterLock duties)
    {
        if (_options.DeadLetters is { } letters && letters.OwnerWrites.TryBury(run.Payload, run.Count, out HubAfterLock theirs))
            duties.Do(() => theirs.Run(letters));
        else
            duties.Do(() => Log.DeadLetters(Settings.Connection.Logger, Name, run.Count));
    }

    private Task DelayAsync(TimeSpan timeout) => Task.Delay(timeout, Settings.Connection.TimeProvider);
}
