using System.Net.Sockets;

namespace CrossChannels.Transports;

/// <summary>A connection over a Unix socket, trusted if the other process runs as the same user or as root.</summary>
internal sealed class UnixConnection : SocketConnection
{
    private readonly PeerCredentials? _peer;

    public UnixConnection(Socket socket, string path)
        : this(socket, path, PeerCredentials.Read(socket))
    {
    }

    private UnixConnection(Socket socket, string path, PeerCredentials? peer)
        : base(socket, peer is { } known ? $"unix:{path} (process {known.ProcessId}, user {known.UserId})" : $"unix:{path}")
        => _peer = peer;

    public override int? PeerProcessId => _peer?.ProcessId;

    public override long? PeerUserId => _peer?.UserId;

    public override DescriptorSocket? Descriptors => OperatingSystem.IsLinux() && Environment.Is64BitProcess ? new DescriptorSocket(Socket) : null;

    protected override ValueTask<Stream> TrustAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        uint user = NativeMethods.GetEffectiveUserId();
        return _peer is not { } peer
                ? throw new LinkRefusedException($"The system does not say who is at the other end of {RemoteEndpoint}.")
            : peer.UserId != user && peer.UserId != 0
                ? throw new LinkRefusedException(
                    $"The other end of {RemoteEndpoint} runs as user {peer.UserId}, and this process as user {user}. " +
                    "Both ends must run as the same user.")
            : base.TrustAsync(stream, cancellationToken);
    }
}
