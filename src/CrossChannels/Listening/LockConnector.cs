using CrossChannels.Channels;
using CrossChannels.Hub;
using CrossChannels.Links;

namespace CrossChannels;

/// <summary>Opens locks of a hub, for the façade and for whoever has a ticket.</summary>
internal static class LockConnector
{
    public static async Task<CrossLock> OpenAsync(ChannelAddress address, ConnectionOptions? connection, CancellationToken cancellationToken) =>
        ChannelEngine.Of(address) is { } engine
            ? await engine.OpenAsync<CrossLock, NoItem>(address, null, cancellationToken).ConfigureAwait(false)
            : new CrossLock(await OpenSourceAsync(address, connection ?? ConnectionOptions.Default, cancellationToken).ConfigureAwait(false), address);

    /// <summary>Opens the way to a lock at a hub.</summary>
    public static async Task<RemoteLock> OpenSourceAsync(ChannelAddress address, ConnectionOptions connection, CancellationToken cancellationToken)
    {
        var factory = new LinkChannelFactory<LockRequest, LockAnswer>(LockWire.OfEnd(connection), address.Channel, LinkRole.Lock);
        return new RemoteLock(await factory.ConnectAsync(address, cancellationToken).ConfigureAwait(false));
    }
}
