using System.Net.Sockets;

namespace CrossChannels.Transports;

/// <summary>A connection over a socket, which it owns. Its streams are there once it is authenticated.</summary>
internal class SocketConnection : TransportConnection
{
    private readonly NetworkStream _stream;
    private Stream? _trusted;

    public SocketConnection(Socket socket, string remoteEndpoint)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        RemoteEndpoint = remoteEndpoint;
    }

    protected Socket Socket => _stream.Socket;

    public sealed override string RemoteEndpoint { get; }

    public sealed override Stream Input => _trusted ?? throw new InvalidOperationException("AuthenticateAsync comes first.");

    public sealed override Stream Output => Input;

    public sealed override async ValueTask AuthenticateAsync(CancellationToken cancellationToken) =>
        _trusted = await TrustAsync(_stream, cancellationToken).ConfigureAwait(false);

    public override ValueTask DisposeAsync() => _stream.DisposeAsync();

    /// <summary>Checks the peer and returns the stream to use from then on. The default trusts everybody.</summary>
    /// <exception cref="LinkRefusedException">The peer is not to be trusted.</exception>
    protected virtual ValueTask<Stream> TrustAsync(NetworkStream stream, CancellationToken cancellationToken) => new(stream);
}
