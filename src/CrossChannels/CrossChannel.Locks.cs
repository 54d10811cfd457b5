using CrossChannels.Channels;

namespace CrossChannels;

/// <content>Named locks that several processes share.</content>
public static partial class CrossChannel
{
    /// <summary>Makes a lock that other processes open.</summary>
    /// <param name="address">Where, such as <c>gate</c>.</param>
    /// <param name="hub">Timeouts, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    public static Task<CrossLock> CreateLockAsync(ChannelAddress address, HubOptions? hub = null, CancellationToken cancellationToken = default) =>
        ChannelEngine.Of(address) is { } engine
            ? engine.OpenAsync<CrossLock, NoItem>(address, null, cancellationToken)
            : CreateOneAsync(address, hub, static (owner, name, close) => owner.CreateLock(name, close), cancellationToken);

    /// <summary>Opens a lock of another process; waits for its owner up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">The owner's address; <c>address#name</c> for a lock of a hub.</param>
    /// <param name="connection">Timeouts, security. An owner that requires keys requires both of a lock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkTimeoutException">No owner listened, or none greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">There is no such lock, or its owner refused this end.</exception>
    public static Task<CrossLock> OpenLockAsync(ChannelAddress address, ConnectionOptions? connection = null, CancellationToken cancellationToken = default) =>
        ReconnectingConnector.OpenLockAsync(address, connection, cancellationToken);
}
