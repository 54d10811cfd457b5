using System.Threading.Channels;
using CrossChannels.Hub;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Hub;

/// <summary>One pumped channel, named "items", behind an address of its own.</summary>
internal sealed class PumpedHub<T>(BackedChannel<T> channel, HubListener listener) : IAsyncDisposable
{
    public BackedChannel<T> Channel => channel;

    public CrossChannelReader<T> Reader => channel.Reader;

    public CrossChannelWriter<T> Writer => channel.Writer;

    public ChannelAddress Address { get; } = listener.Address.WithChannel("items");

    public Task<DuplexChannel<T, NoItem>> OpenWriterAsync() => SharedEnds.OpenWriterAsync<T>(Address);

    public Task<DuplexChannel<NoItem, T>> OpenReaderAsync() => SharedEnds.OpenReaderAsync<T>(Address);

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync().Done();
        await channel.CloseAsync(TimeSpan.Zero).Done();
    }
}

internal static class PumpedHub
{
    /// <summary>A channel to which nobody can connect.</summary>
    public static BackedChannel<T> Channel<T>(ChannelOptions options, Action<T>? itemDropped = null, ItemOptions<T>? settings = null) =>
        BackedChannel<T>.Create("items", options, itemDropped, new(), settings ?? new(), HubOptions.Default, new HubDirectory(ConnectionOptions.Default, "mem:nowhere"));

    public static async Task<PumpedHub<T>> StartAsync<T>(
        ChannelOptions options, Action<T>? itemDropped = null, ItemOptions<T>? settings = null, HubOptions? hub = null, ChannelAddress? address = null,
        SharedChannelOptions? sharing = null)
    {
        hub ??= HubOptions.Default;
        ITransportListener transport = await Transport.ListenAsync(address ?? $"mem:{Guid.NewGuid():N}", hub.Connection, CancellationToken.None).Done();
        var directory = new HubDirectory(hub.Connection, transport.Address);
        BackedChannel<T> channel = BackedChannel<T>.Create("items", options, itemDropped, sharing ?? new(), settings ?? new(), hub, directory);
        var listener = new HubListener(transport, transport.Address, LaneWish.None, directory, hub);
        listener.Start();
        return new PumpedHub<T>(channel, listener);
    }
}
