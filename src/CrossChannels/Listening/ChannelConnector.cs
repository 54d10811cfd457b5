using CrossChannels.Channels;
using CrossChannels.Links;
using CrossChannels.Transfer;

namespace CrossChannels;

/// <summary>Opens ends of the channels of a hub, for the façade and for whoever has a ticket.</summary>
internal static class ChannelConnector
{
    public static async Task<CrossChannelReader<T>> OpenReaderAsync<T>(
        ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection, CancellationToken cancellationToken) =>
        ChannelEngine.Of(address) is { } engine
            ? await engine.OpenAsync<CrossChannelReader<T>, T>(address, items, cancellationToken).ConfigureAwait(false)
            : OpenedEnds.Reader(await OpenAsync<NoItem, T>(address, null, items, connection, LinkRole.Reader, cancellationToken).ConfigureAwait(false), address, items, connection);

    public static async Task<CrossChannelWriter<T>> OpenWriterAsync<T>(
        ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection, CancellationToken cancellationToken) =>
        ChannelEngine.Of(address) is { } engine
            ? await engine.OpenAsync<CrossChannelWriter<T>, T>(address, items, cancellationToken).ConfigureAwait(false)
            : (await OpenWriterLinkAsync(address, items, connection, cancellationToken).ConfigureAwait(false)).Writer;

    public static async Task<LeasedReader<T>> OpenLeasedReaderAsync<T>(
        ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection, CancellationToken cancellationToken) =>
        ChannelEngine.Of(address) is { } engine
            ? await engine.OpenAsync<LeasedReader<T>, T>(address, items, cancellationToken).ConfigureAwait(false)
            : OpenedEnds.LeasedReader(
                await OpenAsync<NoItem, T>(address, null, items, connection, LinkRole.LeasedReader, cancellationToken).ConfigureAwait(false), address, items, connection);

    /// <summary>Opens a writer at a hub, with its link.</summary>
    public static async Task<LinkChannel<T, NoItem>> OpenWriterLinkAsync<T>(
        ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection, CancellationToken cancellationToken)
    {
        LinkChannel<T, NoItem> channel = await OpenAsync<T, NoItem>(address, items, null, connection, LinkRole.Writer, cancellationToken).ConfigureAwait(false);
        OpenedEnds.Writer(channel, address, items, connection);
        return channel;
    }

    private static Task<LinkChannel<TWrite, TRead>> OpenAsync<TWrite, TRead>(
        ChannelAddress address, ItemOptions<TWrite>? writes, ItemOptions<TRead>? reads, ConnectionOptions? connection, LinkRole role, CancellationToken cancellationToken)
    {
        var options = new DuplexChannelOptions<TWrite, TRead>
        {
            WriteItems = writes ?? ItemOptions<TWrite>.Default,
            ReadItems = reads ?? ItemOptions<TRead>.Default,
            Connection = connection ?? ConnectionOptions.Default,
        };
        return new LinkChannelFactory<TWrite, TRead>(options, address.Channel, role).ConnectAsync(address, cancellationToken);
    }
}
