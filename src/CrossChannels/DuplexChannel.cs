using System.Threading.Channels;
using CrossChannels.Transfer;

namespace CrossChannels;

/// <summary>One end of a link: writes to, and reads from, another end that may be in another process.</summary>
/// <typeparam name="TWrite">The items that this end writes; <see cref="NoItem"/> if it only reads.</typeparam>
/// <typeparam name="TRead">The items that this end reads; <see cref="NoItem"/> if it only writes.</typeparam>
public abstract class DuplexChannel<TWrite, TRead> : Channel<TWrite, TRead>, IAsyncDisposable, IDisposable, IGivenEnd
{
    private protected DuplexChannel(CrossChannelWriter<TWrite> writer, CrossChannelReader<TRead> reader)
    {
        base.Writer = writer;
        base.Reader = reader;
    }

    TransferOrigin? IGivenEnd.Origin => Origin;

    /// <summary>How this end is given to another process.</summary>
    internal TransferOrigin? Origin { get; set; }

    /// <summary>Moves this end of a pair to another process.</summary>
    /// <param name="recipient">Who gets it, for messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What the other process opens with <see cref="OpenAsync"/>. The other end of the pair waits for it, at most 60 s or <see cref="ConnectionOptions.ConnectTimeout"/> if that is longer.</returns>
    /// <exception cref="InvalidOperationException">It cannot be given away, or was already; the message says why and what to do.</exception>
    /// <remarks>After a move every read and write through this object throws <see cref="InvalidOperationException"/>.</remarks>
    public ValueTask<TransferTicket> TransferAsync(string recipient, CancellationToken cancellationToken = default) =>
        TransferTicket.CreateAsync(this, recipient, cancellationToken);

    /// <summary>Opens an end of a pair that another process gave to this one.</summary>
    /// <param name="ticket">What <see cref="TransferAsync"/> made there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The ticket is for another kind of end.</exception>
    /// <exception cref="CrossChannelException">It could not be opened; <see cref="CrossChannelException.Kind"/> says why.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or its serializer is not known here.</exception>
    /// <remarks>The other end is found in the background, as <see cref="WaitForPeerAsync"/> tells.</remarks>
    public static Task<DuplexChannel<TWrite, TRead>> OpenAsync(TransferTicket ticket, CancellationToken cancellationToken = default)
    {
        TransferContent content = TransferContent.Of(ticket, EndpointKind.Duplex);
        return PairConnector.OpenAsync<TWrite, TRead, DuplexChannel<TWrite, TRead>>(content, static channel => channel, cancellationToken);
    }

    /// <summary>The readable half, with what goes beyond <see cref="ChannelReader{T}"/>.</summary>
    public new CrossChannelReader<TRead> Reader => (CrossChannelReader<TRead>)base.Reader;

    /// <summary>The writable half, with what goes beyond <see cref="ChannelWriter{T}"/>.</summary>
    public new CrossChannelWriter<TWrite> Writer => (CrossChannelWriter<TWrite>)base.Writer;

    /// <summary>The other end; <see langword="null"/> until both have greeted.</summary>
    public abstract PeerInfo? Peer { get; }

    /// <summary>Waits until both ends have greeted.</summary>
    /// <exception cref="CrossChannelException">They did not; <see cref="CrossChannelException.Kind"/> says why.</exception>
    public abstract Task<PeerInfo> WaitForPeerAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Drops what is unsent and unread, and breaks the link at once. Both ends see <see cref="EndingKind.Aborted"/>, the other one after what
    /// has arrived there.
    /// </summary>
    public abstract void Abort(string? reason = null);

    /// <summary>
    /// Closes writer and reader and waits until the peer has received what was accepted, at most <see cref="ConnectionOptions.CloseTimeout"/>.
    /// Never throws.
    /// </summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Closes writer and reader without waiting.</summary>
    public abstract void Dispose();
}
