using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.SharedMemory;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>The links of a queued channel's remote ends: lets them in, and forgets them when they are closed.</summary>
internal sealed class QueueLinks(
    RankedLock sync, string name, HubClock clock, QueueOptions options, HubQueue queue, ChannelBytes bytes, ChannelLifecycle lifecycle,
    CreditAllocator writers, Dispatcher readers, Redelivery redelivery, LaneWatch lanes, IQueueEvents events)
{
    private readonly List<Link> _links = [];
    private readonly List<ReaderPort> _consumers = [];

    /// <summary>How many are open. Under the channel's lock.</summary>
    public int Count => _links.Count;

    /// <summary>Of all lanes that the channel has had. Under the channel's lock.</summary>
    public LaneRests LaneRests { get; } = new();

    private bool IsLeased => options.Leases is not null;

    private ConnectionOptions Connection => options.Hub.Connection;

    /// <summary>Those that are open. Under the channel's lock.</summary>
    public Link[] Open() => [.. _links];

    /// <summary>Of each reader that still takes items, what is done when it takes no more. Under the channel's lock.</summary>
    public IEnumerable<Task> ReadersLeft() => _consumers.Where(static port => !port.Account.IsClosed).Select(static port => port.Left);

    /// <summary>Starts the link of an end, which refuses the end if it does not fit. Called without the channel's lock.</summary>
    public Link Attach(HubRequest request)
    {
        bool isWriter = request.Role == LinkRole.Writer;
        ItemContract asked = isWriter ? request.Writes : request.Reads;
        LinkIdentity identity;
        string? unfit;
        bool isLetIn;
        long window;
        using (sync.Enter())
        {
            ItemContract? known = options.Items.Value;
            identity = IdentityOf(known ?? asked);
            unfit = known is null ? Unfit(asked) : null;
            // A peer that is refused does not decide what the channel carries.
            isLetIn = unfit is null && identity.Refusal(LinkIdentity.Versions, request.Hello) is null;
            if (isLetIn)
                identity = IdentityOf(options.Items.Attach(asked));
            if (unfit is null)
                queue.Know(options.Items.Value);
            window = bytes.WindowFor(writers.Accounts.Count);
        }
        // A link begins outside the channel's lock: it takes its own, starts a timer, and is counted.
        if (unfit is not null)
            return request.Refuse(Connection, unfit);
        HubLaneGreeting? lane = null;
        string? fault = null;
        bool isAgreed = false;
        try
        {
            if (OperatingSystem.IsLinux() && isWriter)
                lane = HubLaneGreeting.TryGreet(request, identity, LaneFor(identity.Reads, window), Connection);
            else if (OperatingSystem.IsLinux())
                lane = HubLaneGreeting.TryTake(request, identity, IsLeased ? 0 : identity.Writes.ElementSize, IsLeased ? LaneUse.HubLeasedReader : LaneUse.HubReader, out fault);
            isAgreed = fault is null;
        }
        finally
        {
            if (!isAgreed && isLetIn)
                options.Items.Detach();
        }
        if (fault is not null)
            return request.Refuse(Connection, fault, ReasonCode.NoLane);
        if (lane is not null)
            identity = identity with { Features = HubLaneGreeting.Features };
        var link = new Link(request.Input, request.Output, identity, request.Peer, new Halves(this, isWriter, window) { Lane = lane });
        HubAfterLock after = default;
        clock.Refresh();
        try
        {
            using (sync.Enter())
            {
                _links.Add(link);
                if (isWriter)
                    AddWriterLocked(((WriterPort)link.Receiver).Account, link, ref after);
                else
                    AddReaderLocked((ReaderPort)link.Sender, link, ref after);
            }
            if (lane is null || !isWriter)
                link.Start();
            else
                link.StartGreeted();
        }
        finally
        {
            events.Run(ref after);
        }
        _ = ForgetAsync(link, isLetIn);
        return link;

        LinkIdentity IdentityOf(ItemContract contract) =>
            new(isWriter ? ItemContract.None : contract, isWriter ? contract : ItemContract.None, name, Connection, request.Role)
            {
                MaxItemBytes = isWriter ? options.MaxItemBytes : null,
                LargestItemBytes = isWriter || contract.ElementSize > 0 ? 0 : options.MaxItemBytes,
                IsSingleReader = options.IsSingleReader,
            };
    }

    /// <summary>What is wrong with what a peer says of the items of a channel that was declared without a type; null if nothing is.</summary>
    private string? Unfit(ItemContract asked)
    {
        if (asked.IsNone || asked.ElementSize > options.MaxItemBytes)
            return $"Channel '{name}' carries items of at most {options.MaxItemBytes:N0} bytes (MaxItemBytes), and not {asked}.";
        return options.ContractName is { } contract && !string.Equals(contract, asked.Name, StringComparison.Ordinal)
            ? $"Channel '{name}' was declared for items called '{contract}', and not for {asked}. Give the type that name: [ChannelContract(\"{contract}\")], or ItemOptions.ContractName."
            : null;
    }

    /// <summary>What the lane of one more writer is like.</summary>
    private LaneLayout LaneFor(ItemContract items, long window) =>
        LaneLayout.Of(items.ElementSize, options.MaxItemBytes, writers.Capacity, window, Connection.MaxUnsentBytes) with { Use = LaneUse.HubWriter };

    private void AddWriterLocked(WriterAccount account, Link link, ref HubAfterLock after)
    {
        sync.AssertHeld();
        account.Link = link;
        writers.Accounts.Add(account);
        if (lifecycle.WriterClosure is { } closure)
            after.Do(() => link.EndChannel(closure.Error));
    }

    private void AddReaderLocked(ReaderPort port, Link link, ref HubAfterLock after)
    {
        sync.AssertHeld();
        port.Account.Link = link;
        readers.Add(port.Account);
        _consumers.Add(port);
        if (lifecycle.ReaderClosure is { } closure)
            after.Do(() => link.TryComplete(closure.Error));
    }

    private async Task ForgetAsync(Link link, bool isLetIn)
    {
        await link.Closed.ConfigureAwait(false);
        using (sync.Enter())
        {
            _links.Remove(link);
            if (link.Sender is ReaderPort consumer)
                _consumers.Remove(consumer);
            // What it left on its lane is as good as written.
            if (link.Receiver is WriterPort { IsDone: false })
                options.Items.Fix();
            // Only now, since its contract is what the queue is made for.
            if (isLetIn)
                options.Items.Detach();
        }
        (link.Receiver as WriterPort)?.ForgetJoins();
    }

    private ReaderPort MakeConsumer(Outbox outbox, HubLaneGreeting? lane)
    {
        var port = new ReaderPort(sync, clock, options, queue, readers, redelivery, events, outbox);
        if (OperatingSystem.IsLinux() && lane is not null)
            port.UseLane(new HubReaderLane(lane.End, queue.ElementSize, lane.IsFenceShared, LaneRests));
        return port;
    }

    private WriterPort MakeProducer(Outbox outbox, HubLaneGreeting? lane, long window)
    {
        var port = new WriterPort(sync, clock, options, queue, writers, lanes, window, events, outbox);
        if (OperatingSystem.IsLinux() && lane is not null)
            port.UseLane(new HubWriterLane(lane.End, lane.IsFenceShared, port, LaneRests));
        return port;
    }

    /// <summary>The halves of the link of one remote end.</summary>
    private sealed record Halves(QueueLinks Links, bool IsWriter, long WindowBytes) : LinkHalves
    {
        /// <summary>A hub that exits has its readers drain first.</summary>
        public override bool HasOwner => true;

        /// <summary>What its items go by; null where they go over the connection.</summary>
        public HubLaneGreeting? Lane { get; init; }

        public override SendingHalf MakeSender(Outbox outbox) => IsWriter ? new NoSending() : Links.MakeConsumer(outbox, Lane);

        public override ReceivingHalf MakeReceiver(Outbox outbox) => IsWriter ? Links.MakeProducer(outbox, Lane, WindowBytes) : new NoReceiving();
    }
}
