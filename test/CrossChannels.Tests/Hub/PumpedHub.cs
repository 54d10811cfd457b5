using System.Threading.Channels;
using CrossChannels.Hub;
using CrossChannels.Transports;

namespace CrossChannels.Tests.Hub;

/// <summary>One pumped channel, named "items", behind an address of its own.</summary>
internal sealed class PumpedHub<T>(PumpedChannel<T> channel, HubListener listener) : IAsyncDisposable
{
    public PumpedChannel<T> Channel => channel;

    public CrossChannelReader<T> Reader => channel.Reader;

    public CrossChannelWriter<T> Writer => channel.Writer;

    public ChannelAddress Address { get; } = listener.Address.WithChannel("items");

    public Task<CrossChannel<T, NoItem>> OpenWriterAsync() => SharedEnds.OpenWriterAsync<T>(Address);

    public Task<CrossChannel<NoItem, T>> OpenReaderAsync() => SharedEnds.OpenReaderAsync<T>(Address);

    public async ValueTask DisposeAsync()
    {
        await listener.DisposeAsync().Done();
        await channel.CloseAsync(TimeSpan.Zero).Done();
    }
}

internal static class PumpedHub
{
    /// <summary>A channel to which nobody can connect.</summary>
    public static PumpedChannel<T> Channel<T>(ChannelOptions options, Action<T>? itemDropped = null, CrossChannelSettings<T>? settings = null) =>
        PumpedChannel<T>.Create("items", options, itemDropped, settings ?? new(), HubSettings.Default, new HubDirectory(LinkSettings.Default, "mem:nowhere"));

    public static async Task<PumpedHub<T>> StartAsync<T>(
        ChannelOptions options, Action<T>? itemDropped = null, CrossChannelSettings<T>? settings = null, HubSettings? hub = null, ChannelAddress? address = null)
    {
        hub ??= HubSettings.Default;
        ITransportListener transport = await Transport.ListenAsync(address ?? $"mem:{Guid.NewGuid():N}", hub.Link, CancellationToken.None).Done();
        var directory = new HubDirectory(hub.Link, transport.Address);
        PumpedChannel<T> channel = PumpedChannel<T>.Create("items", options, itemDropped, settings ?? new(), hub, directory);
        var listener = new HubListener(transport, directory, hub.Link);
        listener.Start();
        return new PumpedHub<T>(channel, listener);
    }
}
