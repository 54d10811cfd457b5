namespace CrossChannels;

/// <summary>A snapshot of one end of a channel or lock.</summary>
/// <param name="Endpoint">Where it is, as seen from the hub; for messages.</param>
/// <param name="ProcessId">Its process, where that is known.</param>
/// <param name="Role">What it is.</param>
public sealed record PeerStatus(string Endpoint, int? ProcessId, PeerRole Role)
{
    /// <summary>When it attached; null for the owner.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Items that it has written.</summary>
    public long ItemsWritten { get; init; }

    /// <summary>Items that it has taken, as far as it has reported.</summary>
    public long ItemsRead { get; init; }

    /// <summary>Items that were sent to it and that it has not read, or not settled.</summary>
    public long InFlight { get; init; }

    /// <summary>A writer: how many more items it may send now. A reader: how many more it asks for. Null for no limit.</summary>
    public long? Credit { get; init; }

    /// <summary>What it waits for.</summary>
    public PeerWait WaitsFor { get; init; }

    /// <summary>Its items cross by shared memory; else they go over the connection.</summary>
    public bool IsSharedMemory { get; init; }

    /// <summary>How often the hub stopped looking at its lane, or found no room there, and waited for its doorbell.</summary>
    public long LaneParkings { get; init; }

    /// <summary>How often it rang.</summary>
    public long LaneDoorbells { get; init; }
}
