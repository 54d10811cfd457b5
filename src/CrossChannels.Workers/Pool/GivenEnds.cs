namespace CrossChannels.Workers.Pool;

/// <summary>Tickets of the ends among the arguments of one call.</summary>
internal sealed class GivenEnds
{
    private readonly List<(object End, TransferTicket Ticket)> _all = [];

    /// <summary>Gives the ends away; <see langword="null"/> if there is none.</summary>
    public static async ValueTask<GivenEnds?> GiveAsync<TArguments>(TArguments arguments, string to, CancellationToken cancellationToken)
        where TArguments : struct, IArguments<TArguments>
    {
        var ends = new List<object>();
        arguments.Collect(ends);
        if (ends.Count == 0)
            return null;
        var given = new GivenEnds();
        try
        {
            foreach (object end in ends)
                given._all.Add((end, await TransferTicket.GiveAsync(end, to, cancellationToken).ConfigureAwait(false)));
        }
        catch (Exception e)
        {
            given.Withdraw(e);
            throw;
        }
        return given;
    }

    public byte[]? Find(object end)
    {
        foreach ((object given, TransferTicket ticket) in _all)
        {
            if (ReferenceEquals(given, end))
                return ticket.ToChildBytes();
        }
        return null;
    }

    /// <summary>Nobody will open them.</summary>
    public void Withdraw(Exception? cause)
    {
        foreach ((_, TransferTicket ticket) in _all)
            ticket.Withdraw(cause);
    }
}
