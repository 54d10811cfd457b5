using CrossChannels.Channels;

namespace CrossChannels.Ends;

/// <summary>Makes ends that were opened at a hub known as ends that move.</summary>
internal static class OpenedEnds
{
    public static CrossChannelReader<T> Reader<T>(LinkChannel<NoItem, T> channel, ChannelAddress address, CrossChannelSettings<T>? settings, LinkSettings? link)
    {
        channel.Reader.Origin = Of(channel, EndKind.Reader, $"The reader of {address}", address, settings, link);
        return channel.Reader;
    }

    public static CrossChannelWriter<T> Writer<T>(LinkChannel<T, NoItem> channel, ChannelAddress address, CrossChannelSettings<T>? settings, LinkSettings? link)
    {
        channel.Writer.Origin = Of(channel, EndKind.Writer, $"The writer of {address}", address, settings, link);
        return channel.Writer;
    }

    public static LeasedReader<T> LeasedReader<T>(LinkChannel<NoItem, T> channel, ChannelAddress address, CrossChannelSettings<T>? settings, LinkSettings? link)
    {
        LeasedReader<T> reader = channel.MakeLeasedReader();
        reader.Origin = Of(channel, EndKind.LeasedReader, $"The reader of leases of {address}", address, settings, link);
        return reader;
    }

    private static OpenedOrigin Of<TWrite, TRead, T>(
        LinkChannel<TWrite, TRead> channel, EndKind kind, string name, ChannelAddress address, CrossChannelSettings<T>? settings, LinkSettings? link)
    {
        settings ??= new CrossChannelSettings<T>();
        link ??= LinkSettings.Default;
        return new OpenedOrigin(channel.Link, channel.Handle, name, () =>
        {
            OwnerEnds.CheckReachable(address);
            var items = EndItems.Of(settings);
            byte[]? key = EndLink.Key(link.Key);
            return new EndContent
            {
                Kind = kind,
                Address = address.ToString(),
                Link = EndLink.Of(link),
                Reads = kind == EndKind.Writer ? null : items,
                Writes = kind == EndKind.Writer ? items : null,
                ReadKey = kind == EndKind.Writer ? null : key,
                WriteKey = kind == EndKind.Writer ? key : null,
            };
        });
    }
}
