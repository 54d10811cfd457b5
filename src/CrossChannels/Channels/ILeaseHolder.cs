namespace CrossChannels.Channels;

/// <summary>Where leases are settled.</summary>
internal interface ILeaseHolder
{
    /// <returns>False if the lease is settled already.</returns>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">The reader, or its link, is closed: the lease was given back.</exception>
    bool TrySettle(long sequence, bool isCompleted);

    /// <summary>Abandons a lease that may be settled; never throws.</summary>
    void Abandon(long sequence);

    /// <summary>Completes a lease and asks the hub for its word, in one step: what has gone out without the question would not be answered.</summary>
    /// <param name="sequence">Of the lease.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="confirmed">Done when the hub has taken note.</param>
    /// <inheritdoc cref="TrySettle"/>
    bool TryComplete(long sequence, CancellationToken cancellationToken, out ValueTask confirmed);
}
