namespace CrossChannels.Transfer;

/// <summary>What a ticket says.</summary>
internal sealed record TransferContent
{
    public required EndpointKind Kind { get; init; }

    /// <summary>Where the end is opened, as resolved.</summary>
    public required string Address { get; init; }

    /// <summary>The key that the reading end needs; null for none.</summary>
    public byte[]? ReadKey { get; init; }

    /// <summary>The key that the writing end needs; null for none.</summary>
    public byte[]? WriteKey { get; init; }

    public required TransferLink Link { get; init; }

    public TransferItems? Reads { get; init; }

    public TransferItems? Writes { get; init; }

    /// <summary>What only an end of a pair has.</summary>
    public EndPair? Pair { get; init; }

    /// <summary>Checks that a ticket is for what is asked.</summary>
    /// <exception cref="ArgumentException">It is for another kind of end.</exception>
    public static TransferContent Of(TransferTicket ticket, EndpointKind kind)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        return ticket.Content.Kind == kind
            ? ticket.Content
            : throw new ArgumentException($"The ticket is for {Describe(ticket.Content.Kind)}, and {Describe(kind)} was asked for. Open it as what was given.", nameof(ticket));
    }

    public static string Describe(EndpointKind kind) => kind switch
    {
        EndpointKind.Reader => "a reader (CrossChannelReader<T>)",
        EndpointKind.Writer => "a writer (CrossChannelWriter<T>)",
        EndpointKind.LeasedReader => "a reader of leases (LeasedReader<T>)",
        EndpointKind.Channel => "a shared channel (SharedChannel<T>)",
        EndpointKind.LeasedChannel => "a leased channel (LeasedChannel<T>)",
        EndpointKind.Duplex => "an end of a pair (DuplexChannel<TWrite, TRead>)",
        EndpointKind.Lock => "a lock (CrossLock)",
        _ => $"something unknown, kind {(int)kind}",
    };

    public ConnectionOptions LinkToRead() => Link.ToSettings(ReadKey);

    public ConnectionOptions LinkToWrite() => Link.ToSettings(WriteKey);
}
