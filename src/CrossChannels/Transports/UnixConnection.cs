using System.Net.Sockets;
using System.Runtime.Versioning;

namespace CrossChannels.Transports;

/// <summary>A connection over a Unix socket, trusted if the other process runs as the same user, as root, or in a trusted group.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixConnection : SocketConnection
{
    private readonly PeerCredentials? _peer;
    private readonly uint? _trustedGroup;

    /// <param name="socket">Connected.</param>
    /// <param name="path">For messages.</param>
    /// <param name="trustedGroup">The group whose members are trusted; null for none.</param>
    public UnixConnection(Socket socket, string path, uint? trustedGroup)
        : this(socket, path, trustedGroup, PeerCredentials.Read(socket, withGroups: trustedGroup is not null))
    {
    }

    private UnixConnection(Socket socket, string path, uint? trustedGroup, PeerCredentials? peer)
        : base(socket, peer is { } known ? $"unix:{path} (process {known.ProcessId}, user {known.UserId})" : $"unix:{path}")
    {
        _peer = peer;
        _trustedGroup = trustedGroup;
    }

    public override int? PeerProcessId => _peer?.ProcessId;

    public override long? PeerUserId => _peer?.UserId;

    public override DescriptorSocket? Descriptors => OperatingSystem.IsLinux() && Environment.Is64BitProcess && IsSameUser ? new DescriptorSocket(Socket) : null;

    /// <summary>As the kernel says; members of a trusted group are others.</summary>
    private bool IsSameUser => _peer is { } peer && (peer.UserId == NativeMethods.GetEffectiveUserId() || peer.UserId == 0);

    protected override ValueTask<Stream> TrustAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        if (_peer is not { } peer)
            throw new LinkRefusedException($"The system does not say which process is at the other end of {RemoteEndpoint}.");

        uint user = NativeMethods.GetEffectiveUserId();
        if (IsSameUser || (_trustedGroup is { } group && Array.IndexOf(peer.Groups, group) >= 0))
            return base.TrustAsync(stream, cancellationToken);

        string advice = _trustedGroup is { } known
            ? $"It is not a member of group {known}, the group of the socket."
            : "Both ends must run as the same user; or, as users of one group, set " +
                $"{nameof(ConnectionOptions)}.{nameof(ConnectionOptions.AllowGroup)} at both.";
        throw new LinkRefusedException(
            $"The other end of {RemoteEndpoint} runs as user {peer.UserId}, and this process as user {user}. {advice}");
    }
}
