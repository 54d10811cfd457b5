namespace CrossChannels.Transfer;

/// <summary>Where an end comes from, and so how it is given to another process.</summary>
internal abstract class TransferOrigin
{
    /// <param name="to">Who gets it, for messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="InvalidOperationException">It cannot be given; the message says why and what to do.</exception>
    public abstract ValueTask<TransferTicket> GiveAsync(string to, CancellationToken cancellationToken);
}
