using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Hub;

namespace CrossChannels;

/// <content>Named channels that several processes share: their owner makes them, others open their ends.</content>
public static partial class CrossChannel
{
    /// <summary>Makes a shared channel that waits when it is full, like <see cref="Channel.CreateBounded{T}(int)"/>; its capacity is exact over all writers.</summary>
    /// <param name="address">Where others open it, such as <c>jobs</c>.</param>
    /// <param name="capacity">Items; 0 is a rendezvous within this process.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="hub">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static Task<SharedChannel<T>> CreateBoundedAsync<T>(
        ChannelAddress address, int capacity, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null, HubOptions? hub = null,
        CancellationToken cancellationToken = default) =>
        CreateBoundedAsync(address, new BoundedChannelOptions(OptionValue.Capacity(capacity, 0)), null, sharing, items, hub, cancellationToken);

    /// <summary>Makes a shared channel with a capacity that is exact over all writers, like <see cref="Channel.CreateBounded{T}(BoundedChannelOptions, Action{T})"/>.</summary>
    /// <param name="address">Where others open it, such as <c>jobs</c>.</param>
    /// <param name="options">Capacity, and what happens when it is full.</param>
    /// <param name="itemDropped">Called with a copy of each item that a drop mode drops. What it throws at a remote write is logged and counted.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="hub">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static Task<SharedChannel<T>> CreateBoundedAsync<T>(
        ChannelAddress address, BoundedChannelOptions options, Action<T>? itemDropped = null, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null,
        HubOptions? hub = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ChannelEngine.Of(address) is { } engine
            ? engine.CreateAsync<SharedChannel<T>, T>(address, options, null, sharing, items, cancellationToken)
            : CreateOneAsync(address, hub, (owner, name, close) => owner.Create(name, options, itemDropped, sharing, items, close), cancellationToken);
    }

    /// <summary>Makes a shared channel without a limit of items, like <see cref="Channel.CreateUnbounded{T}(UnboundedChannelOptions)"/>.</summary>
    /// <param name="address">Where others open it, such as <c>jobs</c>.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="hub">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static Task<SharedChannel<T>> CreateUnboundedAsync<T>(
        ChannelAddress address, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null, HubOptions? hub = null,
        CancellationToken cancellationToken = default) =>
        CreateUnboundedAsync(address, new UnboundedChannelOptions(), sharing, items, hub, cancellationToken);

    /// <summary>Makes a shared channel without a limit of items, like <see cref="Channel.CreateUnbounded{T}(UnboundedChannelOptions)"/>.</summary>
    /// <param name="address">Where others open it, such as <c>jobs</c>.</param>
    /// <param name="options">How it is read: at each end, the owner's and remote ones, a second read that waits cancels the first with <see cref="ChannelOptions.SingleReader"/>.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="hub">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static Task<SharedChannel<T>> CreateUnboundedAsync<T>(
        ChannelAddress address, UnboundedChannelOptions options, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null, HubOptions? hub = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ChannelEngine.Of(address) is { } engine
            ? engine.CreateAsync<SharedChannel<T>, T>(address, options, null, sharing, items, cancellationToken)
            : CreateOneAsync(address, hub, (owner, name, close) => owner.Create(name, options, null, sharing, items, close), cancellationToken);
    }

    /// <summary>
    /// Makes a shared, unbounded channel that gives its lowest item first, like
    /// <see cref="Channel.CreateUnboundedPrioritized{T}(UnboundedPrioritizedChannelOptions{T})"/>.
    /// </summary>
    /// <param name="address">Where others open it, such as <c>jobs</c>.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="hub">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <remarks>A remote reader is sent an item only while one of its callers waits, so the order holds; what it does not read goes to others.</remarks>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static Task<SharedChannel<T>> CreateUnboundedPrioritizedAsync<T>(
        ChannelAddress address, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null,
        HubOptions? hub = null, CancellationToken cancellationToken = default) =>
        CreateOneAsync(
            address, hub, (owner, name, close) => owner.Create(name, new UnboundedPrioritizedChannelOptions<T>(), null, sharing, items, close), cancellationToken);

    /// <summary>
    /// Makes a shared, unbounded channel that gives its lowest item first, like
    /// <see cref="Channel.CreateUnboundedPrioritized{T}(UnboundedPrioritizedChannelOptions{T})"/>.
    /// </summary>
    /// <param name="address">Where others open it, such as <c>jobs</c>.</param>
    /// <param name="options">The order.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="hub">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <remarks>A remote reader is sent an item only while one of its callers waits, so the order holds; what it does not read goes to others.</remarks>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static Task<SharedChannel<T>> CreateUnboundedPrioritizedAsync<T>(
        ChannelAddress address, UnboundedPrioritizedChannelOptions<T> options, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null,
        HubOptions? hub = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return CreateOneAsync(
            address, hub, (owner, name, close) => owner.Create(name, options, null, sharing, items, close), cancellationToken);
    }

    /// <summary>Makes a shared channel whose items are settled one by one, and are delivered again if their reader dies: a <c>JoinableQueue</c>.</summary>
    /// <param name="address">Where others open it, such as <c>work</c>.</param>
    /// <param name="capacity">Items, at least 1.</param>
    /// <param name="leases">How often an item is delivered; when it stops counting against the capacity.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="hub">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static Task<LeasedChannel<T>> CreateLeasedAsync<T>(
        ChannelAddress address, int capacity, LeaseOptions? leases = null, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null, HubOptions? hub = null,
        CancellationToken cancellationToken = default) =>
        CreateLeasedAsync(address, new BoundedChannelOptions(OptionValue.Capacity(capacity, 1)), leases, sharing, items, hub, cancellationToken);

    /// <summary>Makes a leased channel, bounded or not.</summary>
    /// <param name="address">Where others open it, such as <c>work</c>.</param>
    /// <param name="options"><see cref="BoundedChannelOptions"/> that wait when full, or <see cref="UnboundedChannelOptions"/>.</param>
    /// <param name="leases">How often an item is delivered; when it stops counting against the capacity.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="hub">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or the options drop items, order them, or have capacity 0.</exception>
    public static Task<LeasedChannel<T>> CreateLeasedAsync<T>(
        ChannelAddress address, ChannelOptions options, LeaseOptions? leases = null, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null,
        HubOptions? hub = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ChannelEngine.Of(address) is { } engine
            ? engine.CreateAsync<LeasedChannel<T>, T>(address, options, leases ?? LeaseOptions.Default, sharing, items, cancellationToken)
            : CreateOneAsync(address, hub, (owner, name, close) => owner.CreateLeased(name, options, leases, sharing, items, close), cancellationToken);
    }

    /// <summary>Opens a reader of a shared channel; waits for its owner up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <param name="address">The owner's address; <c>address#name</c> for a channel of a hub.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="connection">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkTimeoutException">No owner listened, or none greeted, in time.</exception>
    /// <exception cref="LinkRefusedException">There is no such channel, or the two ends do not fit; the message names both.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or the channel is a rendezvous.</exception>
    public static Task<CrossChannelReader<T>> OpenReaderAsync<T>(
        ChannelAddress address, ItemOptions<T>? items = null, ConnectionOptions? connection = null, CancellationToken cancellationToken = default) =>
        ReconnectingConnector.OpenReaderAsync(address, items, connection, cancellationToken);

    /// <summary>Opens a writer of a shared channel; waits for its owner up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <inheritdoc cref="OpenReaderAsync{T}"/>
    public static Task<CrossChannelWriter<T>> OpenWriterAsync<T>(
        ChannelAddress address, ItemOptions<T>? items = null, ConnectionOptions? connection = null, CancellationToken cancellationToken = default) =>
        ReconnectingConnector.OpenWriterAsync(address, items, connection, cancellationToken);

    /// <summary>Opens a reader of a leased channel; waits for its owner up to <see cref="ConnectionOptions.ConnectTimeout"/>.</summary>
    /// <inheritdoc cref="OpenReaderAsync{T}"/>
    public static Task<LeasedReader<T>> OpenLeasedReaderAsync<T>(
        ChannelAddress address, ItemOptions<T>? items = null, ConnectionOptions? connection = null, CancellationToken cancellationToken = default) =>
        ReconnectingConnector.OpenLeasedReaderAsync(address, items, connection, cancellationToken);

    /// <summary>A hub with one channel lives and ends with it.</summary>
    private static async Task<TChannel> CreateOneAsync<TChannel>(
        ChannelAddress address, HubOptions? options, Func<ChannelHub, string, Func<HubObject, TimeSpan, ValueTask<long>>, TChannel> create, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        ChannelHub hub = await ChannelHub.ListenAsync(address.WithChannel(null), options ?? HubOptions.Default, cancellationToken).ConfigureAwait(false);
        try
        {
            TChannel channel = create(hub, address.Channel ?? "", (_, timeout) => new ValueTask<long>(hub.ShutDownAsync(timeout)));
            hub.Accept();
            return channel;
        }
        catch
        {
            await hub.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
