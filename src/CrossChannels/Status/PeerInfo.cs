namespace CrossChannels;

/// <summary>What is known of the process at the other end of a link.</summary>
/// <param name="Endpoint">Where it is, as seen from this end; for messages.</param>
/// <param name="ProcessId">Its process id: as reported by the kernel where it does, else by the peer; null if neither did.</param>
/// <param name="UserId">Its user id as reported by the kernel; only for Unix sockets.</param>
/// <param name="ProtocolVersion">The version of the protocol that both speak.</param>
/// <param name="LibraryVersion">The version of the library at the other end.</param>
public sealed record PeerInfo(string Endpoint, int? ProcessId, long? UserId, int ProtocolVersion, string? LibraryVersion)
{
    /// <summary>Whether items cross by shared memory, in one direction or both; else they go over the connection.</summary>
    public bool IsSharedMemory { get; init; }
}
