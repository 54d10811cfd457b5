namespace CrossChannels.Channels;

/// <summary>Where leases are settled.</summary>
internal interface ILeaseHolder
{
    /// <returns>False if the lease is settled, or its reader closed.</returns>
    bool TrySettle(long sequence, bool isCompleted);

    /// <summary>Done when the hub has taken note of everything settled so far.</summary>
    ValueTask WaitUntilSettledAsync(CancellationToken cancellationToken);
}
