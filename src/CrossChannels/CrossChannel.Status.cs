using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Hub;

namespace CrossChannels;

/// <content>How a hub in another process is.</content>
public static partial class CrossChannel
{
    /// <summary>Asks a hub how it and everything that it owns is; waits for it up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">The hub's address, or that of a shared channel or lock that is alone at its own.</param>
    /// <param name="settings">Deadlines, security. A hub that requires a key to read requires it here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The address names a channel or lock of a hub.</exception>
    /// <exception cref="LinkTimeoutException">Nobody listened, or greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">The listener is no hub, or does not let this end in.</exception>
    public static Task<HubStatus> GetHubStatusAsync(ChannelAddress address, ConnectionOptions? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Channel is null
            ? AskAsync(address, settings, cancellationToken)
            : throw new ArgumentException($"'{address}' names one thing that a hub owns: leave '#{address.Channel}' out, or use GetStatusAsync or GetLockStatusAsync.", nameof(address));
    }

    /// <summary>Asks how a shared channel is; waits for its owner up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">The owner's address; <c>address#name</c> for a channel of a hub.</param>
    /// <param name="settings">Deadlines, security. An owner that requires a key to read requires it here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LinkTimeoutException">Nobody listened, or greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">There is no such channel, or the owner does not let this end in.</exception>
    public static async Task<ChannelStatus> GetStatusAsync(ChannelAddress address, ConnectionOptions? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        HubStatus hub = await AskAsync(address, settings, cancellationToken).ConfigureAwait(false);
        return One(hub.Channels, hub.Locks, address, "channel");
    }

    /// <summary>Asks how a lock is; waits for its owner up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">The owner's address; <c>address#name</c> for a lock of a hub.</param>
    /// <param name="settings">Deadlines, security. An owner that requires a key to read requires it here.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LinkTimeoutException">Nobody listened, or greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">There is no such lock, or the owner does not let this end in.</exception>
    public static async Task<LockStatus> GetLockStatusAsync(ChannelAddress address, ConnectionOptions? settings = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        HubStatus hub = await AskAsync(address, settings, cancellationToken).ConfigureAwait(false);
        return One(hub.Locks, hub.Channels, address, "lock");
    }

    private static async Task<HubStatus> AskAsync(ChannelAddress address, ConnectionOptions? settings, CancellationToken cancellationToken)
    {
        LinkChannel<NoItem, HubStatus> channel =
            await StatusLink.Asking(address.Channel, settings ?? ConnectionOptions.Default).ConnectAsync(address, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = channel.ConfigureAwait(false);
        try
        {
            return await channel.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw e.InnerException ?? new LinkAbortedException($"The hub at {address} said nothing.", e);
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
            throw new LinkRefusedException(what == "lock" ? $"'{name}' at {address} is a channel: use GetStatusAsync." : $"'{name}' at {address} is a lock: use GetLockStatusAsync.");
        string names = string.Join(", ", all.Select(static status => $"'{status.Name}'"));
        throw new LinkRefusedException($"There is no {what} '{name}' at {address}. There is: {(names.Length == 0 ? "nothing" : names)}.");
    }
}
