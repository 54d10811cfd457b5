using System.Threading.Channels;
using CrossChannels.Transfer;

namespace CrossChannels;

/// <summary>A named channel that this process owns, whose items are settled one by one: what a reader leaves undone when it dies goes to another.</summary>
/// <typeparam name="T">The item type.</typeparam>
/// <remarks>Delivery is at least once: an item whose reader died after its work and before it settled is delivered again, with a higher <see cref="Lease{T}.DeliveryCount"/>.</remarks>
public abstract class LeasedChannel<T> : Channel<T, Lease<T>>, IAsyncDisposable, IDisposable, IGivenEnd
{
    private protected LeasedChannel(LeasedReader<T> reader, CrossChannelWriter<T> writer)
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

    /// <summary>Opens both ends of a leased channel that another process gave to this one.</summary>
    /// <param name="ticket">What <see cref="TransferAsync"/> made there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The ticket is for another kind of end.</exception>
    /// <exception cref="CrossChannelException">It could not be opened; <see cref="CrossChannelException.Kind"/> says why.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or its serializer is not known here.</exception>
    public static async Task<LeasedChannel<T>> OpenAsync(TransferTicket ticket, CancellationToken cancellationToken = default) =>
        await RemoteLeasedChannel<T>.OpenAsync(TransferContent.Of(ticket, EndpointKind.LeasedChannel), cancellationToken).ConfigureAwait(false);

    /// <summary>The owner's readable end, which competes with those of other processes.</summary>
    public new LeasedReader<T> Reader => (LeasedReader<T>)base.Reader;

    /// <summary>The owner's writable end. Its <see cref="CrossChannelWriter{T}.JoinAsync"/> waits until every item is settled.</summary>
    public new CrossChannelWriter<T> Writer => (CrossChannelWriter<T>)base.Writer;

    /// <summary>Where other processes open their ends.</summary>
    public abstract ChannelAddress Address { get; }

    /// <summary>The channel of items that were delivered too often; <see langword="null"/> without <see cref="LeaseOptions.MaxDeliveries"/>.</summary>
    public abstract SharedChannel<T>? DeadLetters { get; }

    /// <summary>Ends the channel at once: what is queued or leased is dropped, and every writer and reader gets the reason.</summary>
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
