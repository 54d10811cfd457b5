using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Nats.Completion;
using CrossChannels.Nats.Diagnostics;
using CrossChannels.Nats.Locks;
using CrossChannels.Nats.Receiving;
using CrossChannels.Nats.Sending;
using CrossChannels.Nats.Server;
using CrossChannels.Serialization;

namespace CrossChannels.Nats;

/// <summary>
/// Channels and locks on a NATS server with JetStream, which outlive every process that uses them and reach over machines. It has the names of <see cref="ChannelHub"/> and of
/// <see cref="CrossChannel"/>, and its ends are of the same types.
/// </summary>
/// <remarks>What differs from a hub is in docs/nats.md.</remarks>
public sealed class NatsChannels : IAsyncDisposable
{
    private readonly ServerClient _server;
    private readonly ChannelDirectory _directory;
    private readonly ChannelAddress _address;

    private NatsChannels(ServerClient server, ChannelAddress address)
    {
        _server = server;
        _address = address;
        _directory = new ChannelDirectory(server);
        if (server.Options.CreateStreams)
            _ = SweepAsync();
    }

    /// <summary>How it behaves.</summary>
    public NatsOptions Options => _server.Options;

    /// <summary>The space, as <c>nats://host:port/space</c>.</summary>
    public ChannelAddress Address => _address;

    /// <summary>Connects to a server, and makes the space on it unless it is there.</summary>
    /// <param name="url"><c>nats://host:port</c> or <c>tls://host:port</c>; several servers of a cluster with commas between them.</param>
    /// <param name="options">The space, credentials, timeouts.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The URL is malformed.</exception>
    /// <exception cref="EndpointException">
    /// The options do not allow it; the server is older than 2.10.27 or has no JetStream; or a stream is missing and <see cref="NatsOptions.CreateStreams"/> is false, which holds of the other
    /// methods, too.
    /// </exception>
    /// <exception cref="LinkTimeoutException">No server answered within <see cref="NatsOptions.ConnectTimeout"/>.</exception>
    /// <exception cref="LinkRefusedException">The server refused the credentials or the certificate.</exception>
    public static async Task<NatsChannels> ConnectAsync(string url, NatsOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new NatsOptions();
        if (options is { Lifetime: NatsLifetime.Creator, CreateStreams: false })
            throw new ArgumentException("A channel that goes with the process that made it is deleted by it: NatsOptions.Lifetime = Creator needs CreateStreams = true.", nameof(options));
        ServerAddress.Check(url, options);
        ChannelAddress address = ServerAddress.ToChannelAddress(url, options.Space);
        return new NatsChannels(await ServerClient.ConnectAsync(url, options, cancellationToken).ConfigureAwait(false), address);
    }

    /// <summary>Makes a channel that waits when it is full, or takes the one that is there and is the same.</summary>
    /// <param name="name">What others open.</param>
    /// <param name="capacity">Items on the server, leased ones included, at least 1.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    /// <exception cref="LinkRefusedException">A channel of this name is there, and differs; the message says how.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public Task<SharedChannel<T>> CreateBoundedAsync<T>(
        string name, int capacity, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null, CancellationToken cancellationToken = default) =>
        CreateAsync(name, OptionValue.Capacity(capacity, 1), sharing, items, cancellationToken);

    /// <summary>Makes a channel that waits when it is full, or takes the one that is there and is the same.</summary>
    /// <param name="name">What others open.</param>
    /// <param name="options">Capacity, at least 1, with full mode <see cref="BoundedChannelFullMode.Wait"/>.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkRefusedException">A channel of this name is there, and differs; the message says how.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or the options drop items or have capacity 0.</exception>
    public Task<SharedChannel<T>> CreateBoundedAsync<T>(
        string name, BoundedChannelOptions options, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return CreateAsync(name, CapacityOf(options), sharing, items, cancellationToken);
    }

    /// <summary>Makes a channel without a limit of items, or takes the one that is there and is the same.</summary>
    /// <param name="name">What others open.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkRefusedException">A channel of this name is there, and differs; the message says how.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public Task<SharedChannel<T>> CreateUnboundedAsync<T>(
        string name, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null, CancellationToken cancellationToken = default) =>
        CreateAsync(name, (int?)null, sharing, items, cancellationToken);

    /// <summary>Makes a channel whose items are settled one by one, and are delivered again if their reader dies; or takes the one that is there and is the same.</summary>
    /// <param name="name">What others open.</param>
    /// <param name="capacity">Items on the server, leased ones included, at least 1.</param>
    /// <param name="leases">How often an item is delivered. An open lease always counts against the capacity: <see cref="CapacityRelease.Settled"/> must be said.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    /// <exception cref="LinkRefusedException">A channel of this name is there, and differs; the message says how.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or the capacity is released when an item is taken.</exception>
    public Task<LeasedChannel<T>> CreateLeasedAsync<T>(
        string name, int capacity, LeaseOptions leases, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null, CancellationToken cancellationToken = default) =>
        CreateLeasedAsync(name, new BoundedChannelOptions(OptionValue.Capacity(capacity, 1)), leases, sharing, items, cancellationToken);

    /// <summary>Makes a leased channel, bounded or not, or takes the one that is there and is the same.</summary>
    /// <param name="name">What others open.</param>
    /// <param name="options"><see cref="BoundedChannelOptions"/> that wait when full, or <see cref="UnboundedChannelOptions"/>.</param>
    /// <param name="leases">How often an item is delivered. An open lease always counts against the capacity: <see cref="CapacityRelease.Settled"/> must be said.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkRefusedException">A channel of this name is there, and differs; the message says how.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or the options ask for what a server does not do; the message says what.</exception>
    public async Task<LeasedChannel<T>> CreateLeasedAsync<T>(
        string name, ChannelOptions options, LeaseOptions leases, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(leases);
        if (leases.CapacityRelease != CapacityRelease.Settled && options is BoundedChannelOptions)
            throw new NotSupportedException("On a server an item counts against the capacity until it is settled: say so with LeaseOptions.CapacityRelease = CapacityRelease.Settled.");
        items ??= ItemOptions<T>.Default;
        ItemCodec<T> codec = ItemCodec.Create(items);
        SharedChannel<T>? deadLetters = null;
        if (leases.MaxDeliveries is not null)
        {
            ChannelFacts dead = FactsOf(DeadLetters.NameOf(name), null, new SharedChannelOptions { Completion = CompletionPolicy.Owner, MaxQueuedBytes = long.MaxValue }, codec);
            (ChannelCourse deadCourse, bool isTheirCreator) = await _directory.CreateAsync(dead, DeadLetters.DuplicateWindow, cancellationToken).ConfigureAwait(false);
            deadLetters = await OwnAsync(deadCourse, isTheirCreator, codec, items, cancellationToken).ConfigureAwait(false);
        }
        ChannelFacts facts = FactsOf(name, CapacityOf(options), sharing, codec) with { IsLeased = true, MaxDeliveries = leases.MaxDeliveries };
        (ChannelCourse course, bool isCreator) = await _directory.CreateAsync(facts, null, cancellationToken).ConfigureAwait(false);
        var receiver = new NatsReceiver(_server, course, isOwner: true);
        await receiver.OpenAsync(cancellationToken).ConfigureAwait(false);
        var sender = new NatsSender(_server, course, items, isOwner: true);
        ChannelAddress address = _address.WithChannel(name);
        var writer = new ItemWriter<T, NatsSink>(new NatsSink(sender), codec) { Address = address };
        return new NatsLeasedChannel<T>(
            new LeasedItemReader<T, NatsSource>(new NatsSource(receiver), codec, receiver, receiver.TryCompleteOldest) { Address = address },
            writer,
            deadLetters,
            address,
            new OwnedCourse(_server, _directory, course, receiver, writer, isCreator));
    }

    /// <summary>Opens a reader of a channel; waits up to <see cref="NatsOptions.ConnectTimeout"/> until somebody has made it.</summary>
    /// <param name="name">The channel.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkTimeoutException">Nobody made it in time.</exception>
    /// <exception cref="LinkRefusedException">It does not fit; the message names both sides.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross.</exception>
    public async Task<CrossChannelReader<T>> OpenReaderAsync<T>(string name, ItemOptions<T>? items = null, CancellationToken cancellationToken = default)
    {
        ItemCodec<T> codec = ItemCodec.Create(items ?? ItemOptions<T>.Default);
        ChannelCourse course = await OpenAsync(name, codec.Contract, isLeased: false, cancellationToken).ConfigureAwait(false);
        var receiver = new NatsReceiver(_server, course, isOwner: false);
        await receiver.OpenAsync(cancellationToken).ConfigureAwait(false);
        return new ItemReader<T, NatsSource>(new NatsSource(receiver), codec) { Address = _address.WithChannel(name) };
    }

    /// <summary>Opens a reader of a leased channel; waits up to <see cref="NatsOptions.ConnectTimeout"/> until somebody has made it.</summary>
    /// <inheritdoc cref="OpenReaderAsync{T}"/>
    public async Task<LeasedReader<T>> OpenLeasedReaderAsync<T>(string name, ItemOptions<T>? items = null, CancellationToken cancellationToken = default)
    {
        ItemCodec<T> codec = ItemCodec.Create(items ?? ItemOptions<T>.Default);
        ChannelCourse course = await OpenAsync(name, codec.Contract, isLeased: true, cancellationToken).ConfigureAwait(false);
        var receiver = new NatsReceiver(_server, course, isOwner: false);
        await receiver.OpenAsync(cancellationToken).ConfigureAwait(false);
        return new LeasedItemReader<T, NatsSource>(new NatsSource(receiver), codec, receiver, receiver.TryCompleteOldest) { Address = _address.WithChannel(name) };
    }

    /// <summary>Opens a writer of a channel, leased or not; waits up to <see cref="NatsOptions.ConnectTimeout"/> until somebody has made it.</summary>
    /// <inheritdoc cref="OpenReaderAsync{T}"/>
    public async Task<CrossChannelWriter<T>> OpenWriterAsync<T>(string name, ItemOptions<T>? items = null, CancellationToken cancellationToken = default)
    {
        items ??= ItemOptions<T>.Default;
        ItemCodec<T> codec = ItemCodec.Create(items);
        ChannelCourse course = await OpenAsync(name, codec.Contract, isLeased: null, cancellationToken).ConfigureAwait(false);
        var sender = new NatsSender(_server, course, items, isOwner: false);
        await sender.OpenAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return new ItemWriter<T, NatsSink>(new NatsSink(sender), codec) { Address = _address.WithChannel(name) };
    }

    /// <summary>Opens a lock, which is made by whoever opens it first.</summary>
    /// <param name="name">The lock.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<CrossLock> OpenLockAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        var source = new NatsLock(_server, name);
        await source.OpenAsync(cancellationToken).ConfigureAwait(false);
        return new CrossLock(source, _address.WithChannel(name));
    }

    /// <summary>Asks the server for the status of a channel. It knows its writers, and of its readers only what they hold.</summary>
    /// <param name="name">The channel.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LinkRefusedException">There is no such channel.</exception>
    public async Task<ChannelStatus> GetChannelStatusAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        return await _directory.GetStatusAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the server for the status of a lock: who holds it, and who waits. One that is free has token 0, also if it was held before.</summary>
    /// <param name="name">The lock; one that nobody has opened is free.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<LockStatus> GetLockStatusAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        return await TicketRecord.GetStatusAsync(_server, name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a channel, with what is in it. Its ends fail with an <see cref="EndingKind.Aborted"/> ending.</summary>
    /// <param name="name">The channel.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>False if there was none.</returns>
    /// <exception cref="InvalidOperationException"><see cref="NatsOptions.CreateStreams"/> is false.</exception>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken = default)
    {
        CheckName(name);
        return await _directory.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the connection. Ends that are still open fail; close those first that have something to send.</summary>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    internal bool Serves(ChannelAddress address) => address.WithChannel(null) == _address;

    internal Task<SharedChannel<T>> CreateAsync<T>(string name, ChannelOptions options, SharedChannelOptions? sharing, ItemOptions<T>? items, CancellationToken cancellationToken) =>
        CreateAsync(name, CapacityOf(options), sharing, items, cancellationToken);

    /// <summary>Deletes what ended long ago, beside everything else.</summary>
    private async Task SweepAsync()
    {
        try
        {
            await _directory.SweepAsync(_server.Stopping).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (!_server.Stopping.IsCancellationRequested)
                NatsLog.NotSwept(Options.Logger, Options.Space, e.Message);
        }
    }

    private static void CheckName(string name) => _ = ChannelAddress.Memory("x").WithChannel(name ?? throw new ArgumentNullException(nameof(name)));

    private static int? CapacityOf(ChannelOptions options) => options switch
    {
        BoundedChannelOptions { Capacity: 0 } => throw new NotSupportedException("A channel of capacity 0 hands items over within one process only. The least capacity on a server is 1."),
        BoundedChannelOptions { FullMode: not BoundedChannelFullMode.Wait } bounded =>
            throw new NotSupportedException($"A channel on a server waits when it is full: full mode {bounded.FullMode} would drop items that readers hold. Use Wait, or a hub."),
        BoundedChannelOptions bounded => bounded.Capacity,
        UnboundedChannelOptions => null,
        _ => throw new NotSupportedException("A channel on a server gives its items in the order in which they came: use a hub for a prioritized channel."),
    };

    private async Task<SharedChannel<T>> CreateAsync<T>(string name, int? capacity, SharedChannelOptions? sharing, ItemOptions<T>? items, CancellationToken cancellationToken)
    {
        items ??= ItemOptions<T>.Default;
        ItemCodec<T> codec = ItemCodec.Create(items);
        (ChannelCourse course, bool isCreator) = await _directory.CreateAsync(FactsOf(name, capacity, sharing, codec), null, cancellationToken).ConfigureAwait(false);
        return await OwnAsync(course, isCreator, codec, items, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SharedChannel<T>> OwnAsync<T>(ChannelCourse course, bool isCreator, ItemCodec<T> codec, ItemOptions<T> items, CancellationToken cancellationToken)
    {
        var receiver = new NatsReceiver(_server, course, isOwner: true);
        await receiver.OpenAsync(cancellationToken).ConfigureAwait(false);
        var sender = new NatsSender(_server, course, items, isOwner: true);
        ChannelAddress address = _address.WithChannel(course.Facts.Name);
        var writer = new ItemWriter<T, NatsSink>(new NatsSink(sender), codec) { Address = address };
        return new NatsSharedChannel<T>(
            new ItemReader<T, NatsSource>(new NatsSource(receiver), codec) { Address = address },
            writer,
            address,
            new OwnedCourse(_server, _directory, course, receiver, writer, isCreator));
    }

    private ChannelFacts FactsOf<T>(string name, int? capacity, SharedChannelOptions? sharing, ItemCodec<T> codec)
    {
        CheckName(name);
        sharing ??= SharedChannelOptions.Default;
        return new ChannelFacts(name, codec.Contract)
        {
            Capacity = capacity,
            MaxBytes = sharing.MaxQueuedBytes == long.MaxValue ? -1 : sharing.MaxQueuedBytes,
            Policy = sharing.Completion,
            LeaseTimeout = _server.Options.LeaseTimeout,
        };
    }

    private async Task<ChannelCourse> OpenAsync(string name, ItemContract contract, bool? isLeased, CancellationToken cancellationToken)
    {
        CheckName(name);
        ChannelCourse course = await _directory.OpenAsync(name, cancellationToken).ConfigureAwait(false);
        string? fault = !course.Facts.Contract.Accepts(contract) ? $"its items are {course.Facts.Contract}, not {contract}"
            : isLeased == true && !course.Facts.IsLeased ? "its items are not leased: use OpenReaderAsync"
            : isLeased == false && course.Facts.IsLeased ? "its items are leased: use OpenLeasedReaderAsync"
            : null;
        if (fault is null)
            return course;
        await course.StopAsync().ConfigureAwait(false);
        throw new LinkRefusedException($"Channel '{name}' of space '{Options.Space}' does not fit: {fault}.");
    }
}
