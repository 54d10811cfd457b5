using CrossChannels.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Hub;
using CrossChannels.Reconnecting;

namespace CrossChannels;

/// <summary>Opens ends of a hub that reconnect, where that is asked for. Those that come with a ticket do not, and so know nothing of this.</summary>
internal static class ReconnectingConnector
{
    public static async Task<CrossChannelReader<T>> OpenReaderAsync<T>(
        ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection, CancellationToken cancellationToken)
    {
        if (ReconnectOf(address, connection) is not { } reconnect)
            return await ChannelConnector.OpenReaderAsync(address, items, connection, cancellationToken).ConfigureAwait(false);
        EndRecipe<CrossChannelReader<T>> recipe = Recipe(address, "reader", token => ChannelConnector.OpenReaderAsync(address, items, connection, token));
        var reader = new ReconnectingReader<T>(recipe, connection!, reconnect);
        await reader.Keeper.OpenAsync(cancellationToken).ConfigureAwait(false);
        return reader;
    }

    public static async Task<LeasedReader<T>> OpenLeasedReaderAsync<T>(
        ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection, CancellationToken cancellationToken)
    {
        if (ReconnectOf(address, connection) is not { } reconnect)
            return await ChannelConnector.OpenLeasedReaderAsync(address, items, connection, cancellationToken).ConfigureAwait(false);
        EndRecipe<CrossChannelReader<Lease<T>>> recipe = Recipe<Lease<T>>(
            address, "leased_reader", async token => await ChannelConnector.OpenLeasedReaderAsync(address, items, connection, token).ConfigureAwait(false));
        var reader = new ReconnectingLeasedReader<T>(recipe, connection!, reconnect);
        await reader.Keeper.OpenAsync(cancellationToken).ConfigureAwait(false);
        return reader;
    }

    public static async Task<CrossChannelWriter<T>> OpenWriterAsync<T>(
        ChannelAddress address, ItemOptions<T>? items, ConnectionOptions? connection, CancellationToken cancellationToken)
    {
        if (ReconnectOf(address, connection) is not { } reconnect)
            return await ChannelConnector.OpenWriterAsync(address, items, connection, cancellationToken).ConfigureAwait(false);
        var writer = new ReconnectingWriter<T>(address, token => ChannelConnector.OpenWriterLinkAsync(address, items, connection, token), connection!, reconnect);
        await writer.Keeper.OpenAsync(cancellationToken).ConfigureAwait(false);
        return writer;
    }

    public static async Task<CrossLock> OpenLockAsync(ChannelAddress address, ConnectionOptions? connection, CancellationToken cancellationToken)
    {
        if (ReconnectOf(address, connection) is not { } reconnect)
            return await LockConnector.OpenAsync(address, connection, cancellationToken).ConfigureAwait(false);
        var recipe = new EndRecipe<RemoteLock>(
            address,
            new MetricTags(address.Channel ?? "", "lock"),
            token => LockConnector.OpenSourceAsync(address, connection!, token),
            static source => source.Ended,
            ReconnectingLock.EndingOf,
            static async source =>
            {
                await source.CloseAsync(isLost: false).ConfigureAwait(false);
                return 0;
            });
        var source = new ReconnectingLock(recipe, connection!, reconnect);
        await source.OpenAsync(cancellationToken).ConfigureAwait(false);
        return new CrossLock(source, address);
    }

    /// <remarks>Ends on a server come back by themselves.</remarks>
    private static ReconnectOptions? ReconnectOf(ChannelAddress address, ConnectionOptions? connection) => ChannelEngine.Of(address) is null ? connection?.Reconnect : null;

    private static EndRecipe<CrossChannelReader<T>> Recipe<T>(ChannelAddress address, string role, Func<CancellationToken, Task<CrossChannelReader<T>>> open) => new(
        address,
        new MetricTags(address.Channel ?? "", role),
        open,
        static reader => reader.Completion,
        static reader => reader.Ending,
        static async reader =>
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            return 0;
        });
}
