namespace CrossChannels.Links;

/// <summary>What the transport knows of the other side.</summary>
/// <param name="Endpoint">For messages.</param>
/// <param name="ProcessId">As the kernel says.</param>
/// <param name="UserId">As the kernel says.</param>
/// <param name="Connection">Disposed when the link is closed.</param>
internal sealed record LinkPeer(string Endpoint, int? ProcessId, long? UserId, IAsyncDisposable? Connection);
