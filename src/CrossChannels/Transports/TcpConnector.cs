using System.Net;
using System.Net.Sockets;

namespace CrossChannels.Transports;

/// <summary>Connects to a TCP port, with or without TLS, at the first address of the host that answers.</summary>
internal sealed class TcpConnector : ITransportConnector
{
    private readonly ChannelAddress _address;
    private readonly ConnectionOptions _settings;

    /// <summary>Checks the address; connects later.</summary>
    /// <exception cref="EndpointException">The settings forbid it.</exception>
    /// <exception cref="ArgumentException">The port is 0.</exception>
    public TcpConnector(ChannelAddress address, ConnectionOptions settings)
    {
        TcpEndpoint.Check(address, settings);
        if (address.Port == 0)
        {
            throw new ArgumentException(
                $"{address} has port 0, which is for listening only. Use the port of the listener's address.", nameof(address));
        }

        _address = address;
        _settings = settings;
    }

    public string Endpoint => _address.ToString();

    public async ValueTask<ConnectAttempt> TryConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            ConnectAttempt attempt = default;
            foreach (IPAddress host in await TcpEndpoint.ResolveAsync(_address, cancellationToken).ConfigureAwait(false))
            {
                attempt = await TryConnectAsync(new IPEndPoint(host, _address.Port!.Value), cancellationToken).ConfigureAwait(false);
                if (attempt.Connection is not null)
                    break;
            }

            return attempt;
        }
        catch (SocketException e)
        {
            return e;
        }
    }

    private async ValueTask<ConnectAttempt> TryConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            socket = DescriptorReserve.Check(new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            await socket.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets)
        {
            socket?.Dispose();
            throw new EndpointException($"Cannot connect to {_address}: {SystemFailure.NoFilesLeft}", e);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            return e;
        }
        catch
        {
            socket?.Dispose();
            throw;
        }

        // While no process listens, the system may choose the same port as the local one and connect the socket to itself.
        if (Equals(socket.LocalEndPoint, socket.RemoteEndPoint))
        {
            socket.Dispose();
            return new SocketException((int)SocketError.ConnectionRefused);
        }

        return TcpEndpoint.Wrap(socket, _address, _settings, isListener: false);
    }
}
