using System.IO.Pipelines;

namespace CrossChannels.Transports;

/// <summary>Connections within this process.</summary>
internal static class MemoryTransport
{
    // How many unread bytes stop a writer, and at how many it goes on.
    private static readonly PipeOptions s_options = new(
        pauseWriterThreshold: 128 << 10, resumeWriterThreshold: 64 << 10, useSynchronizationContext: false);

    /// <summary>Two ends, each of which reads what the other writes.</summary>
    /// <param name="endpoint">What both show as their remote endpoint.</param>
    public static (TransportConnection Near, TransportConnection Far) CreatePair(string endpoint = "mem:")
    {
        var there = new Pipe(s_options);
        var back = new Pipe(s_options);
        return (
            new MemoryConnection(new MemoryConnectionStream(back.Reader, there.Writer), endpoint),
            new MemoryConnection(new MemoryConnectionStream(there.Reader, back.Writer), endpoint));
    }
}

/// <summary>Connects to a name within this process.</summary>
internal sealed class MemoryConnector(string name) : ITransportConnector
{
    public string Endpoint => $"mem:{name}";

    public ValueTask<ConnectAttempt> TryConnectAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(MemoryListener.TryConnect(name) is { } connection
            ? connection
            : new IOException($"Nothing in this process listens at mem:{name}."));
    }
}

/// <summary>One end of a connection within this process.</summary>
internal sealed class MemoryConnection(MemoryConnectionStream stream, string remoteEndpoint) : TransportConnection
{
    public override string RemoteEndpoint { get; } = remoteEndpoint;

    public override int? PeerProcessId => Environment.ProcessId;

    public override Stream Input => stream;

    public override Stream Output => stream;

    public override ValueTask DisposeAsync() => stream.DisposeAsync();
}
