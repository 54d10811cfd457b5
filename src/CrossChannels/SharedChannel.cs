using System.Threading.Channels;
using CrossChannels.Transfer;

namespace CrossChannels;

/// <summary>A named channel that this process owns, and that any number of readers and writers in other processes share.</summary>
/// <typeparam name="T">The item type.</typeparam>
/// <remarks>The owner's own ends are synchronous: <c>TryRead</c> sees what <c>TryWrite</c> accepted. Items are copied all the same.</remarks>
public abstract class SharedChannel<T> : Channel<T>, IAsyncDisposable, IDisposable, IGivenEnd
{
    private protected SharedChannel(CrossChannelReader<T> reader, CrossChannelWriter<T> writer)
    {
        base.Reader = reader;
        base.Writer = writer;
    }

    TransferOrigin? IGivenEnd.Origin => Origin;

    /// <summary>How this end is given to another process.</summary>
    internal TransferOrigin? Origin { get; set; }

    /// <summary>Shares the channel with another process, which opens a reader and a writer of its own.</summary>
    /// <param name="recipient">Who gets it, for messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What the other process opens with <see cref="OpenAsync"/>.</returns>
    /// <exception cref="InvalidOperationException">It cannot be given away, or was already; the message says why and what to do.</exception>
    public ValueTask<TransferTicket> TransferAsync(string recipient, CancellationToken cancellationToken = default) =>
        TransferTicket.CreateAsync(this, recipient, cancellationToken);

    /// <summary>Opens both ends of a shared channel that another process gave to this one.</summary>
    /// <param name="ticket">What <see cref="TransferAsync"/> made there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The ticket is for another kind of end.</exception>
    /// <exception cref="CrossChannelException">It could not be opened; <see cref="CrossChannelException.Kind"/> says why.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or its serializer is not known here.</exception>
    public static async Task<SharedChannel<T>> OpenAsync(TransferTicket ticket, CancellationToken cancellationToken = default) =>
        await RemoteChannel<T>.OpenAsync(TransferContent.Of(ticket, EndpointKind.Channel), cancellationToken).ConfigureAwait(false);

    /// <summary>The owner's readable end, which competes with those of other processes.</summary>
    public new CrossChannelReader<T> Reader => (CrossChannelReader<T>)base.Reader;

    /// <summary>The owner's writable end.</summary>
    public new CrossChannelWriter<T> Writer => (CrossChannelWriter<T>)base.Writer;

    /// <summary>Where other processes open their ends.</summary>
    public abstract ChannelAddress Address { get; }

    /// <summary>Ends the channel at once: what is queued is dropped, and every writer and reader gets the reason.</summary>
    /// <param name="reason">Shown to writers in a <see cref="ReaderClosedException"/>, to readers in a <see cref="LinkAbortedException"/>.</param>
    public abstract void Abort(string? reason = null);

    /// <summary>
    /// Completes the channel and lets remote readers drain it, at most <see cref="HubOptions.DrainTimeout"/>; what is left then is logged and
    /// counted. Never throws.
    /// </summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>Completes and closes the channel without waiting for remote readers.</summary>
    public abstract void Dispose();
}
