using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Serialization;

namespace CrossChannels.Transfer;

/// <summary>Makes the ends of a pair known as ends that move.</summary>
internal static class PairEnds
{
    public static PairSide SideOf<TWrite, TRead>(
        LinkChannel<TWrite, TRead> channel, DuplexChannelOptions<TWrite, TRead> options, PairState joint, bool isFirst, string secret)
    {
        channel.Origin = new PairOrigin(joint, isFirst);
        channel.Reader.Origin = channel.Writer.Origin = RefusedOrigin.Half;
        string name = $"The {(isFirst ? "first" : "second")} end of a pair, DuplexChannel<{ContractName.Display(typeof(TWrite))}, {ContractName.Display(typeof(TRead))}>,";
        return new PairSide(
            channel.Link,
            name,
            PairConnector.AbortAsync<TWrite, TRead>,
            (address, listens) => Describe(options, address, secret, listens));
    }

    /// <exception cref="InvalidOperationException">Something of the options cannot be had in another process.</exception>
    private static TransferContent Describe<TWrite, TRead>(DuplexChannelOptions<TWrite, TRead> options, ChannelAddress address, string secret, bool listens)
    {
        if (options.ItemDropped is not null)
            throw new InvalidOperationException("ItemDropped is a method of this process, and cannot be given to another with the end. Leave it out of the options of an end that is given.");
        ConnectionOptions link = options.Link;
        var bounded = options.Reading as BoundedChannelOptions;
        return new TransferContent
        {
            Kind = EndpointKind.Duplex,
            Address = address.ToString(),
            ReadKey = TransferLink.Key(link.Key),
            Link = TransferLink.Of(link) with
            {
                RequiredKeyToRead = TransferLink.Key(link.RequiredKeyToRead),
                RequiredKeyToWrite = TransferLink.Key(link.RequiredKeyToWrite),
            },
            Writes = TransferItems.Of(options.WriteSettings),
            Reads = TransferItems.Of(options.ReadSettings),
            Pair = new EndPair(
                secret,
                listens,
                bounded?.Capacity,
                bounded?.FullMode ?? BoundedChannelFullMode.Wait,
                options.Reading.SingleReader,
                options.Reading.AllowSynchronousContinuations,
                options.Writing.AllowSynchronousContinuations),
        };
    }
}
