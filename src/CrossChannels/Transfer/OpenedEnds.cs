using CrossChannels.Channels;

namespace CrossChannels.Transfer;

/// <summary>Makes ends that were opened at a hub known as ends that move.</summary>
internal static class OpenedEnds
{
    public static CrossChannelReader<T> Reader<T>(LinkChannel<NoItem, T> channel, ChannelAddress address, ItemOptions<T>? settings, ConnectionOptions? link)
    {
        channel.Reader.Origin = Of(channel, EndpointKind.Reader, $"The reader of {address}", address, settings, link);
        return channel.Reader;
    }

    public static CrossChannelWriter<T> Writer<T>(LinkChannel<T, NoItem> channel, ChannelAddress address, ItemOptions<T>? settings, ConnectionOptions? link)
    {
        channel.Writer.Origin = Of(channel, EndpointKind.Writer, $"The writer of {address}", address, settings, link);
        return channel.Writer;
    }

    public static LeasedReader<T> LeasedReader<T>(LinkChannel<NoItem, T> channel, ChannelAddress address, ItemOptions<T>? settings, ConnectionOptions? link)
    {
        LeasedReader<T> reader = channel.MakeLeasedReader();
        reader.Origin = Of(channel, EndpointKind.LeasedReader, $"The reader of leases of {address}", address, settings, link);
        return reader;
    }

    private static OpenedOrigin Of<TWrite, TRead, T>(
        LinkChannel<TWrite, TRead> channel, EndpointKind kind, string name, ChannelAddress address, ItemOptions<T>? settings, ConnectionOptions? link)
    {
        settings ??= new ItemOptions<T>();
        link ??= ConnectionOptions.Default;
        return new OpenedOrigin(channel.Link, channel.Handle, name, () =>
        {
            OwnerEnds.CheckReachable(address);
            var items = TransferItems.Of(settings);
            byte[]? key = TransferLink.Key(link.Key);
            return new TransferContent
            {
                Kind = kind,
                Address = address.ToString(),
                Link = TransferLink.Of(link),
                Reads = kind == EndpointKind.Writer ? null : items,
                Writes = kind == EndpointKind.Writer ? items : null,
                ReadKey = kind == EndpointKind.Writer ? null : key,
                WriteKey = kind == EndpointKind.Writer ? key : null,
            };
        });
    }
}
