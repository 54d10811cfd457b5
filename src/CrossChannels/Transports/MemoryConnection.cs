namespace CrossChannels.Transports;

/// <summary>One end of a connection within this process.</summary>
internal sealed class MemoryConnection(MemoryConnectionStream stream, string remoteEndpoint) : TransportConnection
{
    public override string RemoteEndpoint { get; } = remoteEndpoint;

    public override int? PeerProcessId => Environment.ProcessId;

    public override Stream Input => stream;

    public override Stream Output => stream;

    public override ValueTask DisposeAsync() => stream.DisposeAsync();
}
