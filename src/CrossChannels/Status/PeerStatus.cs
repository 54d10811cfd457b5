namespace CrossChannels;

/// <summary>How one end of a channel or lock is.</summary>
/// <param name="Endpoint">Where it is, as the hub sees it; for messages.</param>
/// <param name="ProcessId">Its process, where that is known.</param>
/// <param name="Role">What it is.</param>
public sealed record PeerStatus(string Endpoint, int? ProcessId, PeerRole Role)
{
    /// <summary>Since when it is attached; null for the owner.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Items that came from it.</summary>
    public long ItemsWritten { get; init; }

    /// <summary>Items that it has taken, as far as it has reported.</summary>
    public long ItemsRead { get; init; }

    /// <summary>Items that it was sent and has not read, or not settled.</summary>
    public long InFlight { get; init; }

    /// <summary>A writer: how many more items it may send now. A reader: how many more it asks for. Null for no limit.</summary>
    public long? Credit { get; init; }

    /// <summary>What it waits for.</summary>
    public PeerWait WaitsFor { get; init; }
}
