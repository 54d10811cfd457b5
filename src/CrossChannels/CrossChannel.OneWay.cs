using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Transfer;

namespace CrossChannels;

/// <content>One-way links: one process writes, another reads.</content>
public static partial class CrossChannel
{
    /// <summary>Connects to the reader at an address, which <see cref="AcceptReaderAsync{T}"/> or a listener serves.</summary>
    /// <param name="address">Where it listens, such as <c>jobs</c>.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="connection">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CrossChannelException">No listener was found in time, or the two ends do not fit; <see cref="CrossChannelException.Kind"/> says which.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static async Task<CrossChannelWriter<T>> ConnectWriterAsync<T>(
        ChannelAddress address, ItemOptions<T>? items = null, ConnectionOptions? connection = null, CancellationToken cancellationToken = default) =>
        (await ConnectAsync(address, Writing(items, connection), cancellationToken).ConfigureAwait(false)).Writer;

    /// <summary>Connects to the writer at an address, which <see cref="AcceptWriterAsync{T}"/> or a listener serves.</summary>
    /// <param name="address">Where it listens, such as <c>jobs</c>.</param>
    /// <param name="options">Capacity and full mode. Default: bounded, 1,024 items.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="connection">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CrossChannelException">No listener was found in time, or the two ends do not fit; <see cref="CrossChannelException.Kind"/> says which.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static async Task<CrossChannelReader<T>> ConnectReaderAsync<T>(
        ChannelAddress address, ChannelOptions? options = null, ItemOptions<T>? items = null, ConnectionOptions? connection = null,
        CancellationToken cancellationToken = default) =>
        (await ConnectAsync(address, Reading(options, items, connection), cancellationToken).ConfigureAwait(false)).Reader;

    /// <summary>Listens for one writer, which <see cref="ConnectWriterAsync{T}"/> makes, and stops listening when it has come.</summary>
    /// <param name="address">Where to listen, such as <c>jobs</c>.</param>
    /// <param name="options">Capacity and full mode. Default: bounded, 1,024 items.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="connection">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static async Task<CrossChannelReader<T>> AcceptReaderAsync<T>(
        ChannelAddress address, ChannelOptions? options = null, ItemOptions<T>? items = null, ConnectionOptions? connection = null,
        CancellationToken cancellationToken = default) =>
        (await AcceptOneAsync(address, Reading(options, items, connection), cancellationToken).ConfigureAwait(false)).Reader;

    /// <summary>Listens for one reader, which <see cref="ConnectReaderAsync{T}"/> makes, and stops listening when it has come.</summary>
    /// <param name="address">Where to listen, such as <c>jobs</c>.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <param name="connection">Timeouts, limits, security.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static async Task<CrossChannelWriter<T>> AcceptWriterAsync<T>(
        ChannelAddress address, ItemOptions<T>? items = null, ConnectionOptions? connection = null, CancellationToken cancellationToken = default) =>
        (await AcceptOneAsync(address, Writing(items, connection), cancellationToken).ConfigureAwait(false)).Writer;

    /// <summary>Makes a writer and its reader, with everything that a connection between processes does. Either, or both, can be given to other processes.</summary>
    /// <param name="options">Capacity and full mode. Default: bounded, 1,024 items.</param>
    /// <param name="items">Serializer, contract and size of the items.</param>
    /// <remarks>They are joined in memory when either is used first; give an end away with <c>TransferAsync</c> before that.</remarks>
    /// <exception cref="NotSupportedException">The item type cannot cross; the message says why and what to do.</exception>
    public static (CrossChannelWriter<T> Writer, CrossChannelReader<T> Reader) CreatePipe<T>(ChannelOptions? options = null, ItemOptions<T>? items = null)
    {
        (LinkChannel<T, NoItem> writing, LinkChannel<NoItem, T> reading) = PairEnds.Create(Writing(items, null), Reading(options, items, null), isOneWay: true);
        return (writing.Writer, reading.Reader);
    }

    private static DuplexChannelOptions<T, NoItem> Writing<T>(ItemOptions<T>? items, ConnectionOptions? connection) =>
        new() { WriteItems = items ?? ItemOptions<T>.Default, Connection = connection ?? ConnectionOptions.Default };

    private static DuplexChannelOptions<NoItem, T> Reading<T>(ChannelOptions? options, ItemOptions<T>? items, ConnectionOptions? connection)
    {
        var reading = new DuplexChannelOptions<NoItem, T> { ReadItems = items ?? ItemOptions<T>.Default, Connection = connection ?? ConnectionOptions.Default };
        return options is null ? reading : reading with { Reading = options };
    }

    private static async Task<DuplexChannel<TWrite, TRead>> AcceptOneAsync<TWrite, TRead>(
        ChannelAddress address, DuplexChannelOptions<TWrite, TRead> options, CancellationToken cancellationToken)
    {
        DuplexChannelListener<TWrite, TRead> listener = await ListenAsync(address, options, cancellationToken).ConfigureAwait(false);
        await using (listener.ConfigureAwait(false))
            return await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
    }
}
