using CrossChannels.Transfer;

namespace CrossChannels;

/// <summary>Reads a leased channel, whose items are settled one by one.</summary>
/// <typeparam name="T">The item type.</typeparam>
public abstract class LeasedReader<T> : CrossChannelReader<Lease<T>>
{
    private protected LeasedReader()
    {
    }

    /// <summary>Opens a reader of leases that another process gave to this one.</summary>
    /// <param name="ticket">What <see cref="CrossChannelReader{T}.TransferAsync"/> made there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The ticket is for another kind of end.</exception>
    /// <exception cref="CrossChannelException">It could not be opened; <see cref="CrossChannelException.Kind"/> says why.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or its serializer is not known here.</exception>
    public static new Task<LeasedReader<T>> OpenAsync(TransferTicket ticket, CancellationToken cancellationToken = default)
    {
        TransferContent content = TransferContent.Of(ticket, EndpointKind.LeasedReader);
        return ChannelConnector.OpenLeasedReaderAsync(content.Address, content.Reads!.ToOptions<T>(), content.ConnectionToRead, cancellationToken);
    }

    /// <summary>Completes the oldest open lease of this reader, as <c>JoinableQueue.task_done()</c> does; for ported code.</summary>
    /// <exception cref="InvalidOperationException">It was called more often than items were taken.</exception>
    public abstract void TaskDone();

    /// <summary>Counts, once each, the leases that were open when the link ended: a reader that has gone on says of each that it was lost.</summary>
    internal virtual long TakeLost() => 0;
}
