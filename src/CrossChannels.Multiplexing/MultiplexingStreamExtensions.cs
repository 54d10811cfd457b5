using System.Threading.Channels;
using Nerdbank.Streams;

namespace CrossChannels.Multiplexing;

/// <summary>Typed channels over a <see cref="MultiplexingStream"/>: one side offers a name, the other accepts it. Many of them share its one connection.</summary>
/// <remarks>
/// Who is at the other end is for whoever made the connection to know. Close the channels before the multiplexer: disposing it cuts them off, which each of
/// them sees as a <see cref="ConnectionLostException"/> and never as a clean end.
/// </remarks>
public static class MultiplexingStreamExtensions
{
    /// <summary>Offers a channel; waits up to <see cref="ConnectionOptions.ConnectTimeout"/> until the other side has accepted it, and then until both ends have greeted.</summary>
    /// <param name="multiplexer">What carries it.</param>
    /// <param name="name">What the other side accepts it by. Several offers of one name are accepted in order.</param>
    /// <param name="options">Capacity, serializers, timeouts.</param>
    /// <param name="cancellationToken">Ends the attempt, and withdraws the offer.</param>
    /// <exception cref="LinkTimeoutException">The other side did not accept it, or did not greet, in time.</exception>
    /// <exception cref="LinkRefusedException">The other side rejected the offer, or the two ends do not fit; the message names both.</exception>
    /// <exception cref="ConnectionLostException">The multiplexer, or its connection, ended.</exception>
    /// <exception cref="NotSupportedException">An item type cannot cross; the message says why and what to do.</exception>
    public static Task<DuplexChannel<TWrite, TRead>> OfferAsync<TWrite, TRead>(
        this MultiplexingStream multiplexer, string name, DuplexChannelOptions<TWrite, TRead>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(multiplexer);
        ArgumentNullException.ThrowIfNull(name);
        return LinkOpening.OfferAsync(multiplexer, name, options ?? new(), cancellationToken);
    }

    /// <summary>Accepts a channel that the other side offers, or will offer; waits for the offer without a limit, and then until both ends have greeted.</summary>
    /// <param name="multiplexer">What carries it.</param>
    /// <param name="name">What the other side offers it by.</param>
    /// <param name="options">Capacity, serializers, timeouts.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="LinkTimeoutException">The other side did not greet in time.</exception>
    /// <exception cref="LinkRefusedException">The two ends do not fit; the message names both.</exception>
    /// <exception cref="ConnectionLostException">The multiplexer, or its connection, ended.</exception>
    /// <exception cref="NotSupportedException">An item type cannot cross; the message says why and what to do.</exception>
    public static Task<DuplexChannel<TWrite, TRead>> AcceptAsync<TWrite, TRead>(
        this MultiplexingStream multiplexer, string name, DuplexChannelOptions<TWrite, TRead>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(multiplexer);
        ArgumentNullException.ThrowIfNull(name);
        return LinkOpening.AcceptAsync(multiplexer, name, options ?? new(), cancellationToken);
    }

    /// <summary>Offers a channel that this end writes and the other reads.</summary>
    /// <param name="multiplexer">What carries it.</param>
    /// <param name="name">What the other side accepts it by.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="connection">Timeouts and limits.</param>
    /// <param name="cancellationToken">Ends the attempt, and withdraws the offer.</param>
    /// <inheritdoc cref="OfferAsync" path="/exception"/>
    public static async Task<CrossChannelWriter<T>> OfferWriterAsync<T>(
        this MultiplexingStream multiplexer, string name, ItemOptions<T>? items = null, ConnectionOptions? connection = null, CancellationToken cancellationToken = default) =>
        (await OfferAsync(multiplexer, name, Writing(items, connection), cancellationToken).ConfigureAwait(false)).Writer;

    /// <summary>Offers a channel that this end reads and the other writes.</summary>
    /// <param name="multiplexer">What carries it.</param>
    /// <param name="name">What the other side accepts it by.</param>
    /// <param name="options">Capacity and full mode. Default: bounded, 1,024 items.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="connection">Timeouts and limits.</param>
    /// <param name="cancellationToken">Ends the attempt, and withdraws the offer.</param>
    /// <inheritdoc cref="OfferAsync" path="/exception"/>
    public static async Task<CrossChannelReader<T>> OfferReaderAsync<T>(
        this MultiplexingStream multiplexer, string name, ChannelOptions? options = null, ItemOptions<T>? items = null, ConnectionOptions? connection = null,
        CancellationToken cancellationToken = default) =>
        (await OfferAsync(multiplexer, name, Reading(options, items, connection), cancellationToken).ConfigureAwait(false)).Reader;

    /// <summary>Accepts a channel that this end writes and the other reads.</summary>
    /// <param name="multiplexer">What carries it.</param>
    /// <param name="name">What the other side offers it by.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="connection">Timeouts and limits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="AcceptAsync" path="/exception"/>
    public static async Task<CrossChannelWriter<T>> AcceptWriterAsync<T>(
        this MultiplexingStream multiplexer, string name, ItemOptions<T>? items = null, ConnectionOptions? connection = null, CancellationToken cancellationToken = default) =>
        (await AcceptAsync(multiplexer, name, Writing(items, connection), cancellationToken).ConfigureAwait(false)).Writer;

    /// <summary>Accepts a channel that this end reads and the other writes.</summary>
    /// <param name="multiplexer">What carries it.</param>
    /// <param name="name">What the other side offers it by.</param>
    /// <param name="options">Capacity and full mode. Default: bounded, 1,024 items.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="connection">Timeouts and limits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="AcceptAsync" path="/exception"/>
    public static async Task<CrossChannelReader<T>> AcceptReaderAsync<T>(
        this MultiplexingStream multiplexer, string name, ChannelOptions? options = null, ItemOptions<T>? items = null, ConnectionOptions? connection = null,
        CancellationToken cancellationToken = default) =>
        (await AcceptAsync(multiplexer, name, Reading(options, items, connection), cancellationToken).ConfigureAwait(false)).Reader;

    private static DuplexChannelOptions<T, NoItem> Writing<T>(ItemOptions<T>? items, ConnectionOptions? connection) =>
        new() { WriteItems = items ?? new(), Connection = connection ?? new() };

    private static DuplexChannelOptions<NoItem, T> Reading<T>(ChannelOptions? options, ItemOptions<T>? items, ConnectionOptions? connection)
    {
        var reading = new DuplexChannelOptions<NoItem, T> { ReadItems = items ?? new(), Connection = connection ?? new() };
        return options is null ? reading : reading with { Reading = options };
    }
}
