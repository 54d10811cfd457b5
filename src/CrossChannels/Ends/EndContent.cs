namespace CrossChannels.Ends;

/// <summary>What a ticket says.</summary>
internal sealed record EndContent
{
    public required EndKind Kind { get; init; }

    /// <summary>Where the end is opened, as resolved.</summary>
    public required string Address { get; init; }

    /// <summary>The key that the reading end needs; null for none.</summary>
    public byte[]? ReadKey { get; init; }

    /// <summary>The key that the writing end needs; null for none.</summary>
    public byte[]? WriteKey { get; init; }

    public required EndLink Link { get; init; }

    public EndItems? Reads { get; init; }

    public EndItems? Writes { get; init; }

    /// <summary>What only an end of a pair has.</summary>
    public EndPair? Pair { get; init; }

    /// <summary>Checks that a ticket is for what is asked.</summary>
    /// <exception cref="ArgumentException">It is for another kind of end.</exception>
    public static EndContent Of(EndTicket ticket, EndKind kind)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        return ticket.Content.Kind == kind
            ? ticket.Content
            : throw new ArgumentException($"The ticket is for {Describe(ticket.Content.Kind)}, and {Describe(kind)} was asked for. Open it as what was given.", nameof(ticket));
    }

    public static string Describe(EndKind kind) => kind switch
    {
        EndKind.Reader => "a reader (CrossChannelReader<T>)",
        EndKind.Writer => "a writer (CrossChannelWriter<T>)",
        EndKind.LeasedReader => "a reader of leases (LeasedReader<T>)",
        EndKind.Channel => "a shared channel (CrossChannel<T>)",
        EndKind.LeasedChannel => "a leased channel (LeasedChannel<T>)",
        EndKind.Duplex => "an end of a pair (CrossChannel<TWrite, TRead>)",
        EndKind.Lock => "a lock (CrossLock)",
        _ => $"something unknown, kind {(int)kind}",
    };

    public LinkSettings LinkToRead() => Link.ToSettings(ReadKey);

    public LinkSettings LinkToWrite() => Link.ToSettings(WriteKey);
}
