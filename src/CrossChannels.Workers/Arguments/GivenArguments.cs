namespace CrossChannels.Workers.Arguments;

/// <summary>Arguments as they are sent to one worker, and the tickets of the ends among them.</summary>
/// <param name="Bytes">One value after the other.</param>
/// <param name="Tickets">Of the ends.</param>
internal sealed record GivenArguments(ReadOnlyMemory<byte> Bytes, IReadOnlyList<TransferTicket> Tickets)
{
    /// <summary>Tells those who wait for the ends that the worker will not open them.</summary>
    public void Withdraw(Exception? cause)
    {
        foreach (TransferTicket ticket in Tickets)
            ticket.Withdraw(cause);
    }
}
