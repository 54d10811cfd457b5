using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.SharedMemory;

namespace CrossChannels.Transfer;

/// <summary>Makes the two ends of a pair, which move.</summary>
internal static class PairEnds
{
    /// <param name="firstOptions">Of the first end.</param>
    /// <param name="secondOptions">Of the second end.</param>
    /// <param name="isOneWay">The first end is its writer and the second its reader, which are given by themselves.</param>
    public static (LinkChannel<T1, T2> First, LinkChannel<T2, T1> Second) Create<T1, T2>(
        DuplexChannelOptions<T1, T2>? firstOptions, DuplexChannelOptions<T2, T1>? secondOptions, bool isOneWay)
    {
        string secret = PairRendezvous.NewSecret();
        var joint = new PairState(secret);
        var firstFactory = new LinkChannelFactory<T1, T2>(firstOptions, secret);
        var secondFactory = new LinkChannelFactory<T2, T1>(secondOptions, secret);
        LinkChannel<T1, T2> first = firstFactory.Defer(joint.Use);
        LinkChannel<T2, T1> second = secondFactory.Defer(joint.Use);
        WelcomeFrame ofFirst = first.Link.Welcome, ofSecond = second.Link.Welcome;
        first.Link.Expect(ofSecond);
        second.Link.Expect(ofFirst);
        joint.Hold(
            WithPeer(SideOf(first, firstOptions ?? DuplexChannelOptions<T1, T2>.Default, joint, isFirst: true, secret, isOneWay ? EndpointKind.Writer : EndpointKind.Duplex), firstFactory.Lane, secondFactory.Lane, ofSecond),
            WithPeer(SideOf(second, secondOptions ?? DuplexChannelOptions<T2, T1>.Default, joint, isFirst: false, secret, isOneWay ? EndpointKind.Reader : EndpointKind.Duplex), secondFactory.Lane, firstFactory.Lane, ofFirst));
        return (first, second);
    }

    /// <summary>The end that is given knows what the other one reads, so that it can make the lanes of both, and accept items before it has found the other.</summary>
    private static PairSide WithPeer(PairSide side, LaneLayout? reads, LaneLayout? writes, WelcomeFrame welcome) => side with
    {
        Lanes = PairLaneTerms.Of(side.Link.Settings, reads, writes),
        Describe = (address, listens, recipient) =>
        {
            TransferContent content = side.Describe(address, listens, recipient);
            return content with { Pair = content.Pair! with { PeerLane = writes, PeerWelcome = welcome } };
        },
    };

    private static PairSide SideOf<TWrite, TRead>(
        LinkChannel<TWrite, TRead> channel, DuplexChannelOptions<TWrite, TRead> options, PairState joint, bool isFirst, string secret, EndpointKind kind)
    {
        var origin = new TransferOrigin((recipient, cancellationToken) => joint.GiveAsync(isFirst, recipient, cancellationToken));
        channel.Origin = origin;
        channel.Reader.Origin = kind == EndpointKind.Reader ? origin : TransferOrigin.Half;
        channel.Writer.Origin = kind == EndpointKind.Writer ? origin : TransferOrigin.Half;
        EndOpener opener = kind switch
        {
            EndpointKind.Writer => new OpenedEnds.WriterOpener<TWrite>(),
            EndpointKind.Reader => new OpenedEnds.ReaderOpener<TRead>(),
            _ => new OpenedEnds.DuplexOpener<TWrite, TRead>(),
        };
        string name = kind switch
        {
            EndpointKind.Writer => $"The writer of a pipe, CrossChannelWriter<{ContractName.Display(typeof(TWrite))}>,",
            EndpointKind.Reader => $"The reader of a pipe, CrossChannelReader<{ContractName.Display(typeof(TRead))}>,",
            _ => $"The {(isFirst ? "first" : "second")} end of a pair, DuplexChannel<{ContractName.Display(typeof(TWrite))}, {ContractName.Display(typeof(TRead))}>,",
        };
        return new PairSide(
            channel.Link,
            name,
            PairConnector.AbortAsync<TWrite, TRead>,
            (address, listens, recipient) => Describe(options, kind, opener, address, secret, listens, recipient));
    }

    /// <exception cref="InvalidOperationException">Something of the options cannot be had in another process.</exception>
    private static TransferContent Describe<TWrite, TRead>(
        DuplexChannelOptions<TWrite, TRead> options, EndpointKind kind, EndOpener opener, ChannelAddress address, string secret, bool listens, Recipient recipient)
    {
        if (options.ItemDropped is not null)
            throw new InvalidOperationException("ItemDropped is a method of this process, and cannot be given to another with the end. Leave it out of the options of an end that is given.");
        var bounded = options.Reading as BoundedChannelOptions;
        return new TransferContent
        {
            Kind = kind,
            Opener = opener,
            Address = address.ToString(),
            ReadKey = options.Connection.Key,
            Connection = options.Connection,
            Writes = TransferItems.Of(options.WriteItems, recipient),
            Reads = TransferItems.Of(options.ReadItems, recipient),
            Pair = new PairTerms(
                secret,
                listens,
                bounded?.Capacity,
                bounded?.FullMode ?? BoundedChannelFullMode.Wait,
                options.Reading.SingleReader,
                options.Reading.AllowSynchronousContinuations,
                options.AllowSynchronousWriteContinuations),
        };
    }
}
