namespace CrossChannels.Channels;

/// <summary>Where leases are settled.</summary>
internal interface ILeaseHolder
{
    /// <returns>False if the lease is settled already.</returns>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">The reader, or its link, is closed: the lease was given back.</exception>
    bool TrySettle(long sequence, bool isCompleted);

    /// <summary>Gives back a lease that may be settled; never throws.</summary>
    /// <param name="sequence">The lease.</param>
    /// <param name="isUnreadable">Its item could not be deserialized.</param>
    void Abandon(long sequence, bool isUnreadable = false);

    /// <param name="sequence">The lease.</param>
    /// <param name="confirmed">Done when the hub has taken note of it.</param>
    /// <returns>False if the lease is settled already.</returns>
    /// <exception cref="System.Threading.Channels.ChannelClosedException">The reader, or its link, is closed: the lease was given back.</exception>
    bool TryComplete(long sequence, out Task confirmed);
}
