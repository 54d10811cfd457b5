using System.IO.Pipes;

namespace CrossChannels.Transports;

/// <summary>A connection over a named pipe of Windows; the system has let in nobody but this user.</summary>
internal sealed class PipeConnection(PipeStream stream, string remoteEndpoint) : TransportConnection
{
    public override string RemoteEndpoint { get; } = remoteEndpoint;

    public override Stream Input => stream;

    public override Stream Output => stream;

    public override ValueTask DisposeAsync() => stream.DisposeAsync();
}
