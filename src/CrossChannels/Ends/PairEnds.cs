using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Serialization;

namespace CrossChannels.Ends;

/// <summary>Makes the ends of a pair known as ends that move.</summary>
internal static class PairEnds
{
    public static PairSide SideOf<TWrite, TRead>(
        LinkChannel<TWrite, TRead> channel, CrossChannelOptions<TWrite, TRead> options, PairJoint joint, bool isFirst, string secret)
    {
        channel.Origin = new PairOrigin(joint, isFirst);
        channel.Reader.Origin = channel.Writer.Origin = RefusedOrigin.Half;
        string name = $"The {(isFirst ? "first" : "second")} end of a pair, CrossChannel<{ContractName.Display(typeof(TWrite))}, {ContractName.Display(typeof(TRead))}>,";
        return new PairSide(
            channel.Link,
            name,
            PairArrival.AbortAsync<TWrite, TRead>,
            (address, listens) => Describe(options, address, secret, listens));
    }

    /// <exception cref="InvalidOperationException">Something of the options cannot be had in another process.</exception>
    private static EndContent Describe<TWrite, TRead>(CrossChannelOptions<TWrite, TRead> options, ChannelAddress address, string secret, bool listens)
    {
        if (options.ItemDropped is not null)
            throw new InvalidOperationException("ItemDropped is a method of this process, and cannot be given to another with the end. Leave it out of the options of an end that is given.");
        LinkSettings link = options.Link;
        var bounded = options.Reading as BoundedChannelOptions;
        return new EndContent
        {
            Kind = EndKind.Duplex,
            Address = address.ToString(),
            ReadKey = EndLink.Key(link.Key),
            Link = EndLink.Of(link) with
            {
                RequiredKeyToRead = EndLink.Key(link.RequiredKeyToRead),
                RequiredKeyToWrite = EndLink.Key(link.RequiredKeyToWrite),
            },
            Writes = EndItems.Of(options.WriteSettings),
            Reads = EndItems.Of(options.ReadSettings),
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
