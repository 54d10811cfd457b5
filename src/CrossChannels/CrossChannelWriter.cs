using System.Buffers;
using System.Threading.Channels;
using CrossChannels.Links;
using CrossChannels.Transfer;

namespace CrossChannels;

/// <summary>A <see cref="ChannelWriter{T}"/> whose reader may live in another process.</summary>
/// <typeparam name="T">The item type.</typeparam>
/// <remarks>
/// A write that has returned is <i>accepted</i>, and the memory of a byte item belongs to the caller again. <see cref="FlushAsync"/> waits until it is <i>received</i>: in the
/// memory of the other process, or of the owner of a shared channel. <see cref="JoinAsync"/> waits until it is <i>processed</i>: taken by a reader.
/// </remarks>
public abstract class CrossChannelWriter<T> : ChannelWriter<T>, IAsyncDisposable, IDisposable, IGivenEnd
{
    private protected CrossChannelWriter()
    {
    }

    TransferOrigin? IGivenEnd.Origin => Origin;

    /// <summary>How this end is given to another process.</summary>
    internal TransferOrigin? Origin { get; set; }

    /// <summary>Moves this writer to another process, or, if it is its owner's, shares it.</summary>
    /// <param name="recipient">Who gets it, for messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What the other process opens with <see cref="OpenAsync"/>.</returns>
    /// <exception cref="InvalidOperationException">It cannot be given away, or was already; the message says why and what to do.</exception>
    /// <remarks>After a move every read and write through this object throws <see cref="InvalidOperationException"/>.</remarks>
    public ValueTask<TransferTicket> TransferAsync(string recipient, CancellationToken cancellationToken = default) =>
        TransferTicket.CreateAsync(this, recipient, cancellationToken);

    /// <summary>Opens a writer that another process gave to this one.</summary>
    /// <param name="ticket">What <see cref="TransferAsync"/> made there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The ticket is for another kind of end.</exception>
    /// <exception cref="CrossChannelException">It could not be opened; <see cref="CrossChannelException.Kind"/> says why.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or its serializer is not known here.</exception>
    public static Task<CrossChannelWriter<T>> OpenAsync(TransferTicket ticket, CancellationToken cancellationToken = default)
    {
        TransferContent content = TransferContent.Of(ticket, EndpointKind.Writer);
        if (content.Pair is not null)
            return PairConnector.OpenAsync<T, NoItem, CrossChannelWriter<T>>(content, static channel => channel.Writer, cancellationToken);
        return ChannelConnector.OpenWriterAsync(content.Address, content.Writes!.ToOptions<T>(), content.ConnectionToWrite, cancellationToken);
    }

    /// <summary>Where the shared channel is, as its owner or the opener named it; <see langword="null"/> for an end of a link.</summary>
    public ChannelAddress? Address { get; internal set; }

    /// <summary>Why the channel is over; <see langword="null"/> while it is not.</summary>
    public abstract Ending? Ending { get; }

    /// <summary>Completes when the channel is over for this end, with <see cref="Ending"/>; never faults. For who wants to hear of it without writing.</summary>
    public abstract Task<Ending> Ended { get; }

    /// <summary>An upper bound of the accepted items that are not known to be in the memory of the other process.</summary>
    public abstract long UnreceivedCount { get; }

    /// <summary>Writes as many of the items, from the first on, as there is room for now.</summary>
    /// <returns>How many were accepted. It stops before an item that cannot be serialized, and throws if that is the first.</returns>
    public abstract int TryWriteMany(ReadOnlySpan<T> items);

    /// <summary>Writes all items, in order, waiting for room as needed.</summary>
    /// <exception cref="PartialWriteException">The channel ended before all were accepted.</exception>
    /// <exception cref="PartialWriteCanceledException">It was canceled before all were accepted.</exception>
    /// <exception cref="ItemUnwritableException">An item could not be serialized, or is too large.</exception>
    public abstract ValueTask WriteManyAsync(ReadOnlyMemory<T> items, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes an item, and returns when the other process has received it. A writer that <see cref="ConnectionOptions.Reconnect">reconnects</see> writes it again to the next hub if it is not
    /// known that the last one had it: it may be there twice, and is never missing.
    /// </summary>
    /// <exception cref="ChannelClosedException">The channel is over.</exception>
    /// <exception cref="CrossChannelException">The link ended before it was known.</exception>
    public virtual async ValueTask PublishAsync(T item, CancellationToken cancellationToken = default)
    {
        await WriteAsync(item, cancellationToken).ConfigureAwait(false);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits until every item accepted so far is in the memory of the other process.</summary>
    /// <exception cref="CrossChannelException">The link ended before that was known.</exception>
    /// <remarks>May wait for the reader to read, when it holds as many unread bytes as its <see cref="ConnectionOptions.MaxUnreadBytes"/> allows.</remarks>
    public abstract ValueTask FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits until every item accepted so far has been taken by the reader or dropped by its full mode. Of a shared channel: every item in it at that time, of
    /// all writers; leased items are settled, or dead letters.
    /// </summary>
    /// <exception cref="CrossChannelException">The link ended, or the reader closed, before that was known.</exception>
    public abstract ValueTask JoinAsync(CancellationToken cancellationToken = default);

    /// <summary>Leaves: accepts nothing more and waits until the other process has received what was accepted.</summary>
    /// <param name="timeout">How long to wait; default: <see cref="ConnectionOptions.CloseTimeout"/>. Zero does not wait.</param>
    /// <returns>An upper bound of the items that were not received; 0 after a clean close.</returns>
    /// <remarks>
    /// Without a prior <c>Complete()</c> the reader faults with <see cref="WriterLeftException"/>; for a shared channel, see <see cref="CompletionPolicy"/>. What is not
    /// received in time is still sent while process and link live.
    /// </remarks>
    public abstract ValueTask<long> CloseAsync(TimeSpan? timeout = null);

    /// <summary>Closes as <see cref="CloseAsync"/> does. Never throws; items that were not received are logged and counted.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Leaves without waiting; what was accepted is still sent while the process lives.</summary>
    public abstract void Dispose();

    /// <summary>Rents memory for one item of bytes.</summary>
    internal virtual IMemoryOwner<byte> Rent(int length) => new RentedMemory(length, writer: null);
}
