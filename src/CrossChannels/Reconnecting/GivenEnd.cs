using CrossChannels.Transfer;

namespace CrossChannels.Reconnecting;

/// <summary>How an end that reconnects is given to another process: as the one that it has now, which there is an end that does not.</summary>
internal static class GivenEnd
{
    /// <exception cref="InvalidOperationException">Its hub is away, or it is over.</exception>
    public static async ValueTask<TransferTicket> GiveAsync<TEnd>(
        EndKeeper<TEnd> keeper, Func<TEnd, IGivenEnd> endOf, Recipient recipient, CancellationToken cancellationToken)
        where TEnd : class
    {
        TEnd end = keeper.Current;
        if (!keeper.IsOpen)
            throw new InvalidOperationException($"The hub at {keeper.Address} is away, and its end cannot be given to {recipient} now.");
        TransferTicket ticket = await endOf(end).Origin!.GiveAsync(recipient, cancellationToken).ConfigureAwait(false);
        keeper.IsLost(end);
        return ticket;
    }
}
