using CrossChannels.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Transports;

namespace CrossChannels;

/// <summary>Where transports and links meet: makes a wire, or a channel, of a connection.</summary>
internal static class TransportStart
{
    /// <summary>Authenticates a connection; the caller sets the deadline, and disposes the connection if this fails.</summary>
    /// <exception cref="LinkRefusedException">The peer is not to be trusted.</exception>
    public static async Task<LinkWire> OpenWireAsync(this TransportConnection connection, CancellationToken cancellationToken)
    {
        await connection.AuthenticateAsync(cancellationToken).ConfigureAwait(false);
        var peer = new LinkPeer(connection.RemoteEndpoint, connection.PeerProcessId, connection.PeerUserId, connection);
        return connection.Pipe is { } pipe
            ? new LinkWire(new PipeInput(pipe.Input), new PipeOutput(pipe.Output), peer)
            : new LinkWire(new StreamInput(connection.Input), new StreamOutput(connection.Output, endsWritesOnClose: true), peer);
    }

    /// <summary>Authenticates a connection under the greeting's deadline, then begins to greet.</summary>
    /// <param name="factory">Makes the channel.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="wish">Whether items are to go by shared memory.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="LinkRefusedException">The peer is not to be trusted.</exception>
    /// <exception cref="LinkTimeoutException">The peer took too long.</exception>
    public static async Task<LinkChannel<TWrite, TRead>> StartAsync<TWrite, TRead>(
        this LinkChannelFactory<TWrite, TRead> factory, TransportConnection connection, LaneWish wish, CancellationToken cancellationToken)
    {
        ConnectionOptions settings = factory.Settings;
        using var deadline = new CancellationTokenSource(settings.GreetingTimeout, settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            LinkWire wire = await connection.OpenWireAsync(either.Token).ConfigureAwait(false);
            if (wish != LaneWish.None && OperatingSystem.IsLinux() && connection.Descriptors is { } descriptors)
                return await LaneGreeting.StartAsync(factory, wire, descriptors, wish, either.Token).ConfigureAwait(false);
            if (wish != LaneWish.None)
                Log.NoLane(settings.Logger, wire.Peer.Endpoint, "this system has none, or the two processes run as different users", wish == LaneWish.Asked);
            return factory.Start(wire.Input, wire.Output, wire.Peer);
        }
        catch (Exception e)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            if (e is OperationCanceledException && deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new LinkTimeoutException(GreetingWait.LateMessage(connection.RemoteEndpoint, settings), e);
            }
            throw;
        }
    }
}
