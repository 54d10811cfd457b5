using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Transfer;
using CrossChannels.Hub;
using CrossChannels.Serialization;

namespace CrossChannels;

/// <content>Makes channels.</content>
public sealed partial class ChannelHub
{
    internal HubBudget Budget { get; }

    /// <summary>Makes a channel that waits when it is full; its capacity is exact over all writers.</summary>
    /// <param name="name">What others open as <c>address#name</c>.</param>
    /// <param name="capacity">Items; 0 is a rendezvous within this process.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <exception cref="ArgumentException">The name is malformed or taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public SharedChannel<T> CreateBounded<T>(string name, int capacity, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null) =>
        CreateBounded(name, new BoundedChannelOptions(OptionValue.Capacity(capacity, 0)), null, sharing, items);

    /// <summary>Makes a channel with a capacity that is exact over all writers.</summary>
    /// <param name="name">What others open as <c>address#name</c>.</param>
    /// <param name="options">Capacity, and what happens when it is full.</param>
    /// <param name="itemDropped">Called with a copy of each item that a drop mode drops. What it throws at a remote write is logged and counted.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <exception cref="ArgumentException">The name is malformed or taken.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public SharedChannel<T> CreateBounded<T>(
        string name, BoundedChannelOptions options, Action<T>? itemDropped = null, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Create(name, options, itemDropped, sharing, items, CloseOneAsync);
    }

    /// <summary>Makes a channel without a limit of items; bytes are limited by <see cref="SharedChannelOptions.MaxQueuedBytes"/>.</summary>
    /// <param name="name">What others open as <c>address#name</c>.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <exception cref="ArgumentException">The name is malformed or taken.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public SharedChannel<T> CreateUnbounded<T>(string name, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null) =>
        Create(name, new UnboundedChannelOptions(), null, sharing, items, CloseOneAsync);

    /// <summary>Makes a channel without a limit of items; bytes are limited by <see cref="SharedChannelOptions.MaxQueuedBytes"/>.</summary>
    /// <param name="name">What others open as <c>address#name</c>.</param>
    /// <param name="options">How it is read: at each end, the owner's and remote ones, a second read that waits cancels the first with <see cref="ChannelOptions.SingleReader"/>.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <exception cref="ArgumentException">The name is malformed or taken.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public SharedChannel<T> CreateUnbounded<T>(string name, UnboundedChannelOptions options, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Create(name, options, null, sharing, items, CloseOneAsync);
    }

    /// <summary>
    /// Makes an unbounded channel that gives its lowest item first, like
    /// <see cref="Channel.CreateUnboundedPrioritized{T}(UnboundedPrioritizedChannelOptions{T})"/>.
    /// </summary>
    /// <param name="name">What others open as <c>address#name</c>.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <remarks>A remote reader is sent an item only while one of its callers waits, so the order holds; what it does not read goes to others.</remarks>
    /// <exception cref="ArgumentException">The name is malformed or taken.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public SharedChannel<T> CreateUnboundedPrioritized<T>(
        string name, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null) =>
        Create(name, new UnboundedPrioritizedChannelOptions<T>(), null, sharing, items, CloseOneAsync);

    /// <summary>
    /// Makes an unbounded channel that gives its lowest item first, like
    /// <see cref="Channel.CreateUnboundedPrioritized{T}(UnboundedPrioritizedChannelOptions{T})"/>.
    /// </summary>
    /// <param name="name">What others open as <c>address#name</c>.</param>
    /// <param name="options">The order.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <remarks>A remote reader is sent an item only while one of its callers waits, so the order holds; what it does not read goes to others.</remarks>
    /// <exception cref="ArgumentException">The name is malformed or taken.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public SharedChannel<T> CreateUnboundedPrioritized<T>(
        string name, UnboundedPrioritizedChannelOptions<T> options, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Create(name, options, null, sharing, items, CloseOneAsync);
    }

    /// <summary>Makes a leased channel with a capacity: items are settled one by one, and are delivered again if their reader dies.</summary>
    /// <param name="name">What others open as <c>address#name</c>.</param>
    /// <param name="capacity">Items, at least 1.</param>
    /// <param name="leases">How often an item is delivered; when it stops counting against the capacity.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <exception cref="ArgumentException">The name is malformed or taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public LeasedChannel<T> CreateLeased<T>(string name, int capacity, LeaseOptions? leases = null, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null) =>
        CreateLeased(name, new BoundedChannelOptions(OptionValue.Capacity(capacity, 1)), leases, sharing, items);

    /// <summary>Makes a leased channel, bounded or not.</summary>
    /// <param name="name">What others open as <c>address#name</c>.</param>
    /// <param name="options"><see cref="BoundedChannelOptions"/> that wait when full, or <see cref="UnboundedChannelOptions"/>.</param>
    /// <param name="leases">How often an item is delivered; when it stops counting against the capacity.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">Serializer, contract and size of its items.</param>
    /// <exception cref="ArgumentException">The name is malformed or taken.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or the options drop items, order them, or have capacity 0.</exception>
    public LeasedChannel<T> CreateLeased<T>(
        string name, ChannelOptions options, LeaseOptions? leases = null, SharedChannelOptions? sharing = null, ItemOptions<T>? items = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return CreateLeased(name, options, leases, sharing, items, CloseOneAsync);
    }

    /// <summary>Makes a channel whose item type this process does not know: those who open it decide.</summary>
    /// <remarks>The items of the first who is let in are the channel's while it, or another with the same, is attached; and for good once one was written.</remarks>
    /// <param name="name">What others open as <c>address#name</c>.</param>
    /// <param name="options"><see cref="BoundedChannelOptions"/> that wait when full, or <see cref="UnboundedChannelOptions"/>.</param>
    /// <param name="leases">Makes it leased; <see langword="null"/> for a plain channel.</param>
    /// <param name="sharing">Who completes it; its limit in bytes.</param>
    /// <param name="items">The largest item, and what the items are called: <see cref="ItemOptions.ContractName"/>; without it they may have any name.</param>
    /// <exception cref="ArgumentException">The name, or that of the contract, is malformed, or the name is taken.</exception>
    /// <exception cref="NotSupportedException">The options need to know the items: they drop some, order them, or have capacity 0.</exception>
    public void Declare(string name, ChannelOptions options, LeaseOptions? leases = null, SharedChannelOptions? sharing = null, ItemOptions? items = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!IsQueued(options))
        {
            throw new NotSupportedException(
                $"A hub that does not know the items of '{name}' can neither drop, order nor hand them over: use full mode Wait and a capacity of at least 1, or unbounded.");
        }
        string? contractName = items?.ContractName is { } given ? ContractText.Fit(ContractText.Check(given, nameof(ItemOptions.ContractName))) : null;
        AddLeased(name, Queued(options, sharing, items ?? ItemOptions<NoItem>.Default, contract: null) with { Leases = leases, ContractName = contractName }, out _);
    }

    internal SharedChannel<T> Create<T>(
        string name, ChannelOptions options, Action<T>? itemDropped, SharedChannelOptions? sharing, ItemOptions<T>? items,
        Func<HubObject, TimeSpan, ValueTask<long>> close)
    {
        items = ItemCodec.Complete(items ?? ItemOptions<T>.Default, Settings.Serializers);
        ChannelAddress address = AddressOf(name);
        if (BackedChannel<T>.IsNeededFor(options))
        {
            BackedChannel<T> pumped = BackedChannel<T>.Create(name, options, itemDropped, sharing ?? SharedChannelOptions.Default, items, Settings, _directory);
            var owned = new OwnedChannel<T>(pumped.Reader, pumped.Writer, address, Settings.DrainTimeout, pumped.Abort, timeout => close(pumped, timeout));
            if (options is BoundedChannelOptions { Capacity: 0 })
                OwnerEnds.Refuse(owned, TransferOrigin.Rendezvous);
            else
                OwnerEnds.Share(owned, items, Settings.Connection, pumped.ExpectedReaders);
            return owned;
        }
        ItemCodec<T> codec = ItemCodec.Create(items);
        QueueChannel channel = AddQueue(name, Queued(options, sharing, items, codec.Contract));
        return Own(channel, codec, items, close);
    }

    internal LeasedChannel<T> CreateLeased<T>(
        string name, ChannelOptions options, LeaseOptions? leases, SharedChannelOptions? sharing, ItemOptions<T>? items,
        Func<HubObject, TimeSpan, ValueTask<long>> close)
    {
        if (options is UnboundedPrioritizedChannelOptions<T>)
            throw new NotSupportedException("Leased items are given out in order, which UnboundedPrioritizedChannelOptions does not keep: use CreateUnboundedPrioritized, which has no leases, or an unbounded channel.");
        if (!IsQueued(options))
            throw new NotSupportedException("Leased items are not dropped and not handed over: use full mode Wait and a capacity of at least 1, or unbounded.");
        items = ItemCodec.Complete(items ?? ItemOptions<T>.Default, Settings.Serializers);
        ItemCodec<T> codec = ItemCodec.Create(items);
        QueueOptions queue = Queued(options, sharing, items, codec.Contract) with { Leases = leases ?? LeaseOptions.Default };
        QueueChannel channel = AddLeased(name, queue, out QueueChannel? dead);
        OwnedChannel<T>? letters = dead is null ? null : Own(dead, codec, items, CloseOneAsync);
        var owner = new LeasedOwner<T>(channel, codec, AddressOf(name), letters, CloseAsync);
        OwnerEnds.Share(owner, items, Settings.Connection, channel.ExpectedReaders);
        return owner;

        // Items on their way to the dead letters come first.
        async ValueTask<long> CloseAsync(TimeSpan timeout)
        {
            long left = await close(channel, timeout).ConfigureAwait(false);
            return dead is null ? left : left + await CloseOneAsync(dead, timeout).ConfigureAwait(false);
        }
    }

    private OwnedChannel<T> Own<T>(QueueChannel channel, ItemCodec<T> codec, ItemOptions<T> items, Func<HubObject, TimeSpan, ValueTask<long>> close)
    {
        var owned = new OwnedChannel<T>(
            new ItemReader<T, OwnerSource>(new OwnerSource(channel), codec),
            new ItemWriter<T, OwnerSink>(new OwnerSink(channel), codec),
            AddressOf(channel.Name),
            Settings.DrainTimeout,
            channel.Abort,
            timeout => close(channel, timeout));
        OwnerEnds.Share(owned, items, Settings.Connection, channel.ExpectedReaders);
        return owned;
    }

    private static string DeadLetterName(string name) => name.Length == 0 ? "dead-letters" : $"{name}.dead-letters";

    private static bool IsQueued(ChannelOptions options) =>
        options is UnboundedChannelOptions or BoundedChannelOptions { FullMode: BoundedChannelFullMode.Wait, Capacity: > 0 };

    private QueueOptions Queued(ChannelOptions options, SharedChannelOptions? sharing, ItemOptions items, ItemContract? contract) => new(
        contract,
        options is BoundedChannelOptions bounded ? bounded.Capacity : long.MaxValue,
        (sharing ?? SharedChannelOptions.Default).MaxQueuedBytes,
        items.MaxItemBytes,
        (sharing ?? SharedChannelOptions.Default).Completion,
        Settings)
    {
        IsSingleReader = options is UnboundedChannelOptions { SingleReader: true },
        WakeInline = options.AllowSynchronousContinuations,
    };

    private QueueChannel AddQueue(string name, QueueOptions options)
    {
        var channel = new QueueChannel(name, options with { Address = AddressOf(name).ToString() }, Budget);
        try
        {
            _directory.Add(channel);
        }
        catch
        {
            channel.Discard();
            throw;
        }
        return channel;
    }

    /// <summary>Adds a channel and, before it, that of its dead letters.</summary>
    private QueueChannel AddLeased(string name, QueueOptions options, out QueueChannel? letters)
    {
        letters = null;
        if (options.Leases is null)
            return AddQueue(name, options);
        letters = AddQueue(DeadLetterName(name), options with { Leases = null, Capacity = long.MaxValue, Completion = CompletionPolicy.Owner });
        try
        {
            return AddQueue(name, options with { DeadLetters = letters });
        }
        catch
        {
            _directory.Remove(letters);
            letters.Discard();
            throw;
        }
    }

    private ChannelAddress AddressOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Address.WithChannel(name.Length == 0 ? null : name);
    }

    private async ValueTask<long> CloseOneAsync(HubObject item, TimeSpan drainTimeout)
    {
        TimeSpan left = await WaitForGivenAsync([item], drainTimeout).ConfigureAwait(false);
        _directory.Remove(item);
        return await item.CloseAsync(left).ConfigureAwait(false);
    }

    /// <summary>Ends what is to be closed, and lets readers come that were given to other processes, if there is something left for them.</summary>
    /// <returns>What is left of the time, zero only where there was none.</returns>
    private async Task<TimeSpan> WaitForGivenAsync(IEnumerable<HubObject> items, TimeSpan timeout)
    {
        var come = Task.WhenAll(items.Where(static item => item.BeginClose()).Select(static item => item.ExpectedReaders.WaitAsync()));
        if (come.IsCompleted || timeout == TimeSpan.Zero)
            return timeout;
        TimeProvider clock = Settings.Connection.TimeProvider;
        long started = clock.GetTimestamp();
        try
        {
            await come.WaitAsync(timeout, clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // They are too late.
        }
        return timeout == Timeout.InfiniteTimeSpan ? timeout : TimeSpan.FromTicks(Math.Max(1, (timeout - clock.GetElapsedTime(started)).Ticks));
    }
}
