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

    /// <summary>A lease was handed to the program.</summary>
    /// <returns>Tells if the program loses it; null where nobody is told.</returns>
    LeaseGuard? Hand(object lease, long sequence) => null;

    /// <summary>The program has lost a lease: gives it back, unless it is settled, or counted by TaskDone. Never throws.</summary>
    void Lose(long sequence)
    {
    }

    /// <summary>Counts, once each, the leases that were open when the link ended.</summary>
    long TakeLost() => 0;
}
