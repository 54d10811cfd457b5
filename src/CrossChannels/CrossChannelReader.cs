using System.Threading.Channels;
using CrossChannels.Transfer;

namespace CrossChannels;

/// <summary>A <see cref="ChannelReader{T}"/> whose writer may live in another process.</summary>
/// <typeparam name="T">The item type.</typeparam>
public abstract class CrossChannelReader<T> : ChannelReader<T>, IAsyncDisposable, IDisposable, IGivenEnd
{
    private protected CrossChannelReader()
    {
    }

    TransferOrigin? IGivenEnd.Origin => Origin;

    /// <summary>How this end is given to another process.</summary>
    internal TransferOrigin? Origin { get; set; }

    /// <summary>Moves this reader to another process, or, if it is its owner's, shares it.</summary>
    /// <param name="recipient">Who gets it, for messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What the other process opens with <see cref="OpenAsync"/>.</returns>
    /// <exception cref="InvalidOperationException">It cannot be given away, or was already; the message says why and what to do.</exception>
    /// <remarks>After a move every read and write through this object throws <see cref="InvalidOperationException"/>.</remarks>
    public ValueTask<TransferTicket> TransferAsync(string recipient, CancellationToken cancellationToken = default) =>
        TransferTicket.CreateAsync(this, recipient, cancellationToken);

    /// <summary>Opens a reader that another process gave to this one.</summary>
    /// <param name="ticket">What <see cref="TransferAsync"/> made there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The ticket is for another kind of end.</exception>
    /// <exception cref="CrossChannelException">It could not be opened; <see cref="CrossChannelException.Kind"/> says why.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or its serializer is not known here.</exception>
    public static Task<CrossChannelReader<T>> OpenAsync(TransferTicket ticket, CancellationToken cancellationToken = default)
    {
        TransferContent content = TransferContent.Of(ticket, EndpointKind.Reader);
        if (content.Pair is not null)
            return PairConnector.OpenAsync<NoItem, T, CrossChannelReader<T>>(content, static channel => channel.Reader, cancellationToken);
        return ChannelConnector.OpenReaderAsync(content.Address, content.Reads!.ToOptions<T>(), content.ConnectionToRead, cancellationToken);
    }

    /// <summary>Where the shared channel is, as its owner or the opener named it; <see langword="null"/> for an end of a link.</summary>
    public ChannelAddress? Address { get; internal set; }

    /// <summary>Why the channel is over; <see langword="null"/> while it is not, or items are left to read.</summary>
    public abstract Ending? Ending { get; }

    /// <summary>
    /// How often this reader has lost its hub and found it again, as <see cref="ConnectionOptions.Reconnect"/> allows. It rises before the first item of the new hub can be read: items may be
    /// missing before an item that comes with a higher count than the one before it.
    /// </summary>
    public virtual int GapCount => 0;

    /// <summary>Reads as many items as are here, without waiting.</summary>
    /// <returns>How many were read, 0 if none is here or <paramref name="destination"/> is empty.</returns>
    /// <exception cref="ItemUnreadableException">
    /// An item could not be deserialized; it is consumed. Those before it are in <paramref name="destination"/>, and
    /// <see cref="ItemUnreadableException.PrecedingCount"/> is their number.
    /// </exception>
    public abstract int TryReadMany(Span<T> destination);

    /// <summary>Waits for the first item, then reads as many as are here.</summary>
    /// <returns>How many were read, at least 1 unless <paramref name="destination"/> is empty.</returns>
    /// <exception cref="ChannelClosedException">The channel is over.</exception>
    public abstract ValueTask<int> ReadManyAsync(Memory<T> destination, CancellationToken cancellationToken = default);

    /// <summary>
    /// Closes this end: what is unread is dropped, and the writer is notified. A remote reader of a shared channel only leaves, and what is unread goes
    /// to the others; the owner's reader ends the channel for all.
    /// </summary>
    /// <param name="reason">Shown to the writer in its <see cref="ReaderClosedException"/>; cut at 1,024 characters.</param>
    /// <returns>Done when the writer has confirmed it, or after <see cref="ConnectionOptions.CloseTimeout"/>.</returns>
    public abstract ValueTask CloseAsync(string? reason = null);

    /// <summary>Closes this end as <see cref="CloseAsync"/> does. Never throws.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Closes this end without waiting.</summary>
    public abstract void Dispose();

    /// <summary>Copies the next item's bytes, if they fit.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="length">How many bytes; on false the size of an item that does not fit, or -1 if none is here.</param>
    internal abstract bool TryReadInto(Memory<byte> destination, out int length);
}
