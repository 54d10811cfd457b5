namespace CrossChannels;

/// <summary>What is known of the process at the other end of a link.</summary>
/// <param name="Endpoint">Where it is, as this end sees it; for messages.</param>
/// <param name="ProcessId">Its process id: as the kernel says where it does, else as the peer said, if it did.</param>
/// <param name="UserId">Its user id as the kernel says; only for Unix sockets.</param>
/// <param name="ProtocolVersion">The version of the protocol that both speak.</param>
/// <param name="LibraryVersion">The version of the library at the other end.</param>
public sealed record PeerInfo(string Endpoint, int? ProcessId, long? UserId, int ProtocolVersion, string? LibraryVersion)
{
    /// <summary>Whether items cross by shared memory, in one direction or both; else they go over the connection.</summary>
    public bool IsSharedMemory { get; init; }
}
