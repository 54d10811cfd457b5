using CrossChannels.Channels;
using CrossChannels.Links;

namespace CrossChannels.Tests.Hub;

/// <summary>Opens ends of a hub's channels.</summary>
internal static class SharedEnds
{
    public static async Task<DuplexChannel<T, NoItem>> OpenWriterAsync<T>(ChannelAddress address, DuplexChannelOptions<T, NoItem>? options = null) =>
        await new LinkChannelFactory<T, NoItem>(options, address.Channel, LinkRole.Writer).ConnectAsync(address, CancellationToken.None).Done();

    public static async Task<DuplexChannel<NoItem, T>> OpenReaderAsync<T>(ChannelAddress address) =>
        await new LinkChannelFactory<NoItem, T>(null, address.Channel, LinkRole.Reader).ConnectAsync(address, CancellationToken.None).Done();
}
