using System.IO.Pipelines;

namespace CrossChannels.Transports;

/// <summary>One connection of a transport, before and after it is trusted.</summary>
internal abstract class TransportConnection : IAsyncDisposable
{
    /// <summary>The other side, for messages and <see cref="PeerInfo"/>.</summary>
    public abstract string RemoteEndpoint { get; }

    /// <summary>Process id of the peer as the kernel says, where it does.</summary>
    public virtual int? PeerProcessId => null;

    /// <summary>User id of the peer as the kernel says, where it does.</summary>
    public virtual long? PeerUserId => null;

    /// <summary>Checks credentials and shakes hands (TLS). Called once, before <see cref="Input"/> and <see cref="Output"/>.</summary>
    /// <exception cref="LinkRefusedException">The peer is not to be trusted.</exception>
    public virtual ValueTask AuthenticateAsync(CancellationToken cancellationToken) => default;

    /// <summary>What the peer sends.</summary>
    public abstract Stream Input { get; }

    /// <summary>What goes to the peer. May be the same stream as <see cref="Input"/>.</summary>
    public abstract Stream Output { get; }

    /// <summary>The connection as a pipe, where it is one; then it has no streams.</summary>
    public virtual IDuplexPipe? Pipe => null;

    /// <summary>What passes descriptors over the connection, before its streams are used; null where nothing does.</summary>
    public virtual DescriptorSocket? Descriptors => null;

    /// <summary>Ends the connection at once; a pending read or write fails.</summary>
    public abstract ValueTask DisposeAsync();
}
