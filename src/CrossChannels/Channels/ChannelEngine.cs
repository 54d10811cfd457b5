using System.Threading.Channels;

namespace CrossChannels.Channels;

/// <summary>Where shared channels and locks are that no hub holds. A package puts one in place; the core knows none, and this names no end, so that nothing depends on one.</summary>
internal abstract class ChannelEngine
{
    private static ChannelEngine? s_nats;

    /// <summary>That of <c>nats:</c> addresses; null until the program has said one.</summary>
    public static ChannelEngine? Nats
    {
        get => Volatile.Read(ref s_nats);
        set => Volatile.Write(ref s_nats, value);
    }

    /// <summary>Finds the engine of an address.</summary>
    /// <returns>Null for an address of a hub.</returns>
    /// <exception cref="EndpointException">The program has not said which.</exception>
    public static ChannelEngine? Of(ChannelAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Scheme != ChannelScheme.Nats)
            return null;
        return Nats ?? throw new EndpointException($"{address} is on a NATS server, and this program has not said how to reach it: refer to the package CrossChannels.Nats, and call NatsEngine.Use in Main.");
    }

    /// <summary>Makes a channel.</summary>
    /// <typeparam name="TChannel">What its owner gets: shared, or leased if <paramref name="leases"/> is not null.</typeparam>
    /// <typeparam name="T">The item type.</typeparam>
    public abstract Task<TChannel> CreateAsync<TChannel, T>(
        ChannelAddress address, ChannelOptions options, LeaseOptions? leases, SharedChannelOptions? sharing, ItemOptions<T>? items, CancellationToken cancellationToken);

    /// <summary>Opens an end of a channel, or a lock.</summary>
    /// <typeparam name="TEnd">Which: a reader, a writer, a reader of leases, a lock.</typeparam>
    /// <typeparam name="T">The item type.</typeparam>
    public abstract Task<TEnd> OpenAsync<TEnd, T>(ChannelAddress address, ItemOptions<T>? items, CancellationToken cancellationToken);

    public abstract Task<ChannelStatus> GetChannelStatusAsync(ChannelAddress address, CancellationToken cancellationToken);

    public abstract Task<LockStatus> GetLockStatusAsync(ChannelAddress address, CancellationToken cancellationToken);
}
