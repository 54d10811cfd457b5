using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Hub;

namespace CrossChannels;

/// <content>The status of a hub in another process.</content>
public static partial class CrossChannel
{
    /// <summary>Asks a hub for its status and that of everything it owns; waits for it up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">The hub's address, or that of a shared channel or lock that is alone at its own.</param>
    /// <param name="connection">Timeouts, security. A hub that requires a key to read requires it here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The address names a channel or lock of a hub.</exception>
    /// <exception cref="LinkTimeoutException">No owner listened, or none greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">The listener is not a hub, or refused this end.</exception>
    public static Task<HubStatus> GetHubStatusAsync(ChannelAddress address, ConnectionOptions? connection = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Channel is null
            ? AskAsync(address, connection, cancellationToken)
            : throw new ArgumentException($"'{address}' names one object of a hub: leave '#{address.Channel}' out, or use GetChannelStatusAsync or GetLockStatusAsync.", nameof(address));
    }

    /// <summary>Asks for the status of a shared channel; waits for its owner up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">The owner's address; <c>address#name</c> for a channel of a hub.</param>
    /// <param name="connection">Timeouts, security. An owner that requires a key to read requires it here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LinkTimeoutException">No owner listened, or none greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">There is no such channel, or its owner refused this end.</exception>
    public static async Task<ChannelStatus> GetChannelStatusAsync(ChannelAddress address, ConnectionOptions? connection = null, CancellationToken cancellationToken = default)
    {
        if (ChannelEngine.Of(address) is { } engine)
            return await engine.GetChannelStatusAsync(address, cancellationToken).ConfigureAwait(false);
        HubStatus hub = await AskAsync(address, connection, cancellationToken).ConfigureAwait(false);
        return One(hub.Channels, hub.Locks, address, "channel");
    }

    /// <summary>Asks for the status of a lock; waits for its owner up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">The owner's address; <c>address#name</c> for a lock of a hub.</param>
    /// <param name="connection">Timeouts, security. An owner that requires a key to read requires it here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LinkTimeoutException">No owner listened, or none greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">There is no such lock, or its owner refused this end.</exception>
    public static async Task<LockStatus> GetLockStatusAsync(ChannelAddress address, ConnectionOptions? connection = null, CancellationToken cancellationToken = default)
    {
        if (ChannelEngine.Of(address) is { } engine)
            return await engine.GetLockStatusAsync(address, cancellationToken).ConfigureAwait(false);
        HubStatus hub = await AskAsync(address, connection, cancellationToken).ConfigureAwait(false);
        return One(hub.Locks, hub.Channels, address, "lock");
    }

    private static async Task<HubStatus> AskAsync(ChannelAddress address, ConnectionOptions? connection, CancellationToken cancellationToken)
    {
        LinkChannel<NoItem, HubStatus> channel =
            await StatusLink.Asking(address.Channel, connection ?? ConnectionOptions.Default).ConnectAsync(address, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = channel.ConfigureAwait(false);
        try
        {
            return await channel.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw e.InnerException ?? new LinkAbortedException($"The hub at {address} ended the link without an answer.", e);
        }
    }

    private static TStatus One<TStatus>(IReadOnlyList<TStatus> all, IEnumerable<HubObjectStatus> others, ChannelAddress address, string what)
        where TStatus : HubObjectStatus
    {
        string name = address.Channel ?? "";
        foreach (TStatus status in all)
        {
            if (string.Equals(status.Name, name, StringComparison.Ordinal))
                return status;
        }
        if (others.Any(other => string.Equals(other.Name, name, StringComparison.Ordinal)))
            throw new LinkRefusedException(what == "lock" ? $"'{name}' at {address} is a channel: use GetChannelStatusAsync." : $"'{name}' at {address} is a lock: use GetLockStatusAsync.");
        string names = string.Join(", ", all.Select(static status => $"'{status.Name}'"));
        if (name.Length == 0)
            throw new LinkRefusedException($"The hub at {address} has no {what} of its own. Add '#' and a name: {(names.Length == 0 ? "there is none yet" : names)}.");
        throw new LinkRefusedException($"There is no {what} '{name}' at {address}. There is: {(names.Length == 0 ? "nothing" : names)}.");
    }
}
