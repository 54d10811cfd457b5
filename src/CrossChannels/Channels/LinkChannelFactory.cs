using System.Runtime.Versioning;
using System.Threading.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.SharedMemory;

namespace CrossChannels.Channels;

/// <summary>Checks options once and makes links of them: one factory serves every link that a listener accepts.</summary>
internal sealed class LinkChannelFactory<TWrite, TRead>
{
    /// <summary>More than a reader of a hub's channel ever asks for ahead.</summary>
    private const long MostAhead = 1 << 20;
    private const int RecordOverhead = 4;

    /// <summary>So many of the largest items can be rented at once at least.</summary>
    private const long LeastRents = 2;

    private readonly DuplexChannelOptions<TWrite, TRead> _options;
    private readonly ItemCodec<TWrite> _writeCodec;
    private readonly ItemCodec<TRead> _readCodec;
    private readonly LinkIdentity _identity;
    private readonly ItemHalves _halves;

    /// <exception cref="NotSupportedException">An item type cannot cross, or an option has no meaning across processes.</exception>
    /// <param name="options">Capacity, serializers, deadlines.</param>
    /// <param name="channel">Its name; empty for the only one.</param>
    /// <param name="role">What the link is for. The end that writes, or reads, as the role says is the connecting one, and the other the hub's.</param>
    public LinkChannelFactory(DuplexChannelOptions<TWrite, TRead>? options, string? channel, LinkRole role = LinkRole.Duplex)
    {
        _options = options ?? DuplexChannelOptions<TWrite, TRead>.Default;
        if (typeof(TWrite) == typeof(NoItem) && typeof(TRead) == typeof(NoItem))
            throw new NotSupportedException("A link of which neither direction is used carries nothing: at least one type must not be NoItem.");
        _writeCodec = ItemCodec.Create(_options.WriteItems);
        _readCodec = ItemCodec.Create(_options.ReadItems);
        _identity = new LinkIdentity(_writeCodec.Contract, _readCodec.Contract, channel ?? "", _options.Connection, role)
        {
            MaxItemBytes = typeof(TRead) == typeof(NoItem) ? null : _options.ReadItems.MaxItemBytes,
        };
        _halves = new ItemHalves(
            new SenderOptions(
                _writeCodec.ElementSize,
                _options.WriteItems.MaxItemBytes,
                _options.Connection.MaxUnsentBytes,
                _options.AllowSynchronousWriteContinuations,
                IsShared: role == LinkRole.Writer && typeof(TWrite) != typeof(NoItem),
                KeepsUnreceived: role == LinkRole.Writer && typeof(TWrite) != typeof(NoItem) && _options.Connection.Reconnect is { ResendUnreceived: true },
                Logger: _options.Connection.Logger),
            ReceiverOptions(role));
    }

    public ConnectionOptions Settings => _options.Connection;

    /// <summary>Over a connection items of this link may say which trace they belong to.</summary>
    public bool CarriesTraces => _identity.Role is LinkRole.Writer or LinkRole.LeasedReader;

    /// <summary>
    /// Whether the items of its links can go by shared memory: those of links between two ends, and of a hub's channels, unless what a hub has not received is to be sent again: what is in
    /// a lane is gone with it.
    /// </summary>
    public bool UsesLanes => _identity.Role is LinkRole.Duplex or LinkRole.Writer or LinkRole.Reader or LinkRole.LeasedReader && !_halves.Sender.KeepsUnreceived;

    /// <summary>A hub's channel gets the items, so that their lane is one whose capacity is shared.</summary>
    public bool WritesShared => _halves.Sender.IsShared;

    /// <summary>Bytes of an item that this end writes, or 0 for no fixed size.</summary>
    public int WrittenElementSize => _writeCodec.ElementSize;

    /// <summary>The lane that this end would read; null where its items always come over the connection: none are read, or a full channel drops.</summary>
    public LaneLayout? Lane
    {
        get
        {
            if (typeof(TRead) == typeof(NoItem) || _halves.Receiver.Drops is not null)
                return null;
            ReceiverOptions reading = _halves.Receiver;
            // What may be unread, and what a writer over a connection would keep unsent.
            if (reading.Demand == ReaderDemand.Capacity)
            {
                LaneLayout layout = LaneLayout.Of(_readCodec.ElementSize, reading.MaxItemBytes, reading.Capacity, reading.MaxUnreadBytes, _options.Connection.MaxUnsentBytes);
                return _readCodec.Contract.ContentType == ItemContract.Bytes ? layout.WithRent(Math.Max(reading.MaxUnreadBytes, LeastRents * reading.MaxItemBytes)) : layout;
            }
            // A hub publishes what it was asked for, so that there is always room: the head of a small record takes more than its length in a frame.
            long bytes = Math.Min(reading.MaxUnreadBytes, long.MaxValue / RecordOverhead) * RecordOverhead;
            return LaneLayout.Of(reading.IsLeased ? 0 : _readCodec.ElementSize, reading.MaxItemBytes, MostAhead, bytes) with { Use = reading.IsLeased ? LaneUse.HubLeasedReader : LaneUse.HubReader };
        }
    }

    /// <summary>What a link of this factory says first.</summary>
    /// <param name="features">What it can do beyond the protocol's version.</param>
    public byte[] Greeting(ulong features = 0) => (_identity with { Features = features }).Greeting();

    /// <summary>Makes a channel and begins to greet.</summary>
    public LinkChannel<TWrite, TRead> Start(LinkInput input, LinkOutput output, LinkPeer peer)
    {
        LinkChannel<TWrite, TRead> channel = Make(input, output, peer, _identity, _halves);
        channel.Link.Start();
        return channel;
    }

    /// <summary>Makes a channel whose peer nobody has seen yet, and begins to greet; it is used while that goes on.</summary>
    public LinkChannel<TWrite, TRead> StartUnknown(LinkInput input, LinkOutput output, LinkPeer peer)
    {
        LinkChannel<TWrite, TRead> channel = Make(input, output, peer, _identity, _halves);
        if (_options.ExpectUnboundedReader)
            channel.Link.Expect(new WelcomeFrame(new CreditFrame(long.MaxValue, long.MaxValue), _options.WriteItems.MaxItemBytes));
        channel.Link.Start();
        return channel;
    }

    /// <summary>Makes a channel of which this end has greeted already, over lanes where there are any.</summary>
    [SupportedOSPlatform("linux")]
    public LinkChannel<TWrite, TRead> Start(LinkInput input, LinkOutput output, LinkPeer peer, LaneEnd? outgoing, LaneEnd? incoming, bool isFenceShared)
    {
        LinkHalves halves = outgoing is null && incoming is null ? _halves : new LaneHalves(_halves, outgoing, incoming, isFenceShared);
        LinkChannel<TWrite, TRead> channel = Make(input, output, peer, _identity, halves);
        channel.Link.StartGreeted();
        return channel;
    }

    /// <summary>Makes a channel that refuses its peer, because this end cannot use the lane that came with the peer's greeting.</summary>
    public LinkChannel<TWrite, TRead> RefuseLane(LinkInput input, LinkOutput output, LinkPeer peer, string reason)
    {
        LinkChannel<TWrite, TRead> channel = Make(input, output, peer, _identity with { Refuses = reason, RefusesAs = ReasonCode.NoLane }, _halves);
        channel.Link.StartGreeted();
        return channel;
    }

    /// <summary>Makes a channel whose connection comes later.</summary>
    /// <param name="firstUse">Called, without a lock and perhaps more often than once, when it is used before it has one.</param>
    public LinkChannel<TWrite, TRead> Defer(Action firstUse)
    {
        LinkHalves halves = Settings.MayUseLanes ? new DeferredHalves(_halves) : _halves;
        LinkChannel<TWrite, TRead> channel = Make(NoConnection.Input, NoConnection.Output, NoConnection.Peer, _identity, halves);
        channel.Link.DeferOpen(firstUse);
        return channel;
    }

    private LinkChannel<TWrite, TRead> Make(LinkInput input, LinkOutput output, LinkPeer peer, LinkIdentity identity, LinkHalves halves)
    {
        var link = new Link(input, output, identity, peer, halves);
        var handle = new LinkHandle(link);
        CrossChannelWriter<TWrite> writer = OperatingSystem.IsLinux() && link.Sender is DeferredSender
            ? new ItemWriter<TWrite, DeferredSink>(new DeferredSink(handle), _writeCodec)
            : OperatingSystem.IsLinux() && link.Sender.IsLane
            ? new ItemWriter<TWrite, LaneSink>(new LaneSink(handle, (LaneSender)link.Sender), _writeCodec)
            : new ItemWriter<TWrite, LinkSink>(new LinkSink(handle), _writeCodec);
        CrossChannelReader<TRead> reader = OperatingSystem.IsLinux() && link.Receiver is DeferredReceiver
            ? new ItemReader<TRead, DeferredSource>(new DeferredSource(handle), _readCodec)
            : OperatingSystem.IsLinux() && link.Receiver.IsLane
            ? new ItemReader<TRead, LaneSource>(new LaneSource(handle), _readCodec)
            : new ItemReader<TRead, LinkSource>(new LinkSource(handle), _readCodec);
        return new LinkChannel<TWrite, TRead>(handle, writer, reader) { ReadCodec = _readCodec };
    }

    private ReceiverOptions ReceiverOptions(LinkRole role)
    {
        bool isReading = typeof(TRead) != typeof(NoItem);
        ReaderDemand demand = isReading && role is (LinkRole.Reader or LinkRole.LeasedReader) ? ReaderDemand.Ahead : ReaderDemand.Capacity;
        bool wakeInline = _options.Reading.AllowSynchronousContinuations;
        ReceiverOptions Make(long capacity, DropPolicy? drops, bool isSingleReader) => new(
            _readCodec.ElementSize, _options.ReadItems.MaxItemBytes, capacity, _options.Connection.MaxUnreadBytes, drops, isSingleReader, wakeInline,
            demand, IsLeased: isReading && role == LinkRole.LeasedReader, Logger: _options.Connection.Logger);

        return _options.Reading switch
        {
            BoundedChannelOptions { Capacity: 0 } => throw new NotSupportedException("A rendezvous (capacity 0) works within one process only; across processes the least capacity is 1."),
            BoundedChannelOptions { FullMode: BoundedChannelFullMode.Wait } bounded => Make(bounded.Capacity, null, isSingleReader: false),
            BoundedChannelOptions bounded => Make(bounded.Capacity, new DropPolicy(bounded.FullMode, bounded.Capacity, _options.Connection.MaxUnreadBytes, ReportDropped), isSingleReader: false),
            UnboundedChannelOptions unbounded => Make(long.MaxValue, null, unbounded.SingleReader),
            _ => throw new NotSupportedException($"A link reads a bounded or an unbounded channel, and {_options.Reading.GetType().Name} is neither."),
        };
    }

    private void ReportDropped(List<ItemSlice> dropped)
    {
        foreach (ItemSlice slice in dropped)
        {
            if (_options.ItemDropped is not { } itemDropped)
            {
                slice.Release();
                continue;
            }
            try
            {
                itemDropped(ItemDecoder.Decode(_readCodec, slice));
            }
            catch (Exception e)
            {
                ChannelMetrics.ItemDroppedFailed(_identity.Tags());
                Log.ItemDroppedFailed(Settings.Logger, e);
            }
        }
    }
}
