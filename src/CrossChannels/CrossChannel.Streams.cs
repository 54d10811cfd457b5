using CrossChannels.Links;
using CrossChannels.Transports;

namespace CrossChannels;

/// <content>Connections as they are, for what is spoken beside links.</content>
public static partial class CrossChannel
{
    /// <summary>Connects to an address as every end does, with the same checks of who listens there, and gives the bare connection, for a <see cref="HubProtocol"/>.</summary>
    /// <param name="address">Where, without the name of a channel; waits for a process to listen up to <see cref="ConnectionOptions.ConnectTimeout"/>.</param>
    /// <param name="connection">Timeouts and security.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The connection, both ways. It is read and written asynchronously only, and a read that is canceled closes it.</returns>
    /// <exception cref="LinkTimeoutException">No process listened in time.</exception>
    /// <exception cref="LinkRefusedException">The peer is not to be trusted.</exception>
    /// <exception cref="EndpointException">The options do not allow the address.</exception>
    public static async Task<Stream> ConnectStreamAsync(ChannelAddress address, ConnectionOptions? connection = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        ConnectionOptions settings = connection ?? ConnectionOptions.Default;
        return new WireStream(await OpenAsync(await Transport.ConnectAsync(address, settings, cancellationToken).ConfigureAwait(false), settings, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Listens for one connection, which <see cref="ConnectStreamAsync"/> makes, and stops listening when it has come.</summary>
    /// <param name="address">Where to listen, without the name of a channel.</param>
    /// <param name="connection">Timeouts and security.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The connection, both ways. It is read and written asynchronously only, and a read that is canceled closes it.</returns>
    /// <exception cref="LinkRefusedException">The peer that came is not to be trusted.</exception>
    /// <exception cref="EndpointException">The address is in use, its directory is not safe, or the options do not allow it.</exception>
    public static async Task<Stream> AcceptStreamAsync(ChannelAddress address, ConnectionOptions? connection = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        ConnectionOptions settings = connection ?? ConnectionOptions.Default;
        ITransportListener listener = await Transport.ListenAsync(address, settings, cancellationToken).ConfigureAwait(false);
        await using (listener.ConfigureAwait(false))
            return new WireStream(await OpenAsync(await listener.AcceptAsync(cancellationToken).ConfigureAwait(false), settings, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Authenticates a connection under the deadline of a greeting.</summary>
    private static async Task<LinkWire> OpenAsync(TransportConnection connection, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(settings.GreetingTimeout, settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await connection.OpenWireAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new LinkTimeoutException(GreetingWait.LateMessage(connection.RemoteEndpoint, settings), e);
            throw;
        }
    }
}
