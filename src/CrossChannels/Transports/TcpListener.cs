using System.Net;
using System.Net.Sockets;

namespace CrossChannels.Transports;

/// <summary>Listens on a TCP port, with or without TLS.</summary>
internal sealed class TcpListener : SocketListener
{
    private readonly ConnectionOptions _settings;

    private TcpListener(Socket socket, ChannelAddress address, ConnectionOptions settings)
        : base(socket, address) => _settings = settings;

    /// <summary>Listens on the address; a host with several addresses on its first of IPv4.</summary>
    /// <exception cref="EndpointException">The settings forbid it, or the port is taken.</exception>
    public static async ValueTask<TcpListener> ListenAsync(
        ChannelAddress address, ConnectionOptions settings, CancellationToken cancellationToken)
    {
        TcpEndpoint.Check(address, settings);
        Socket? socket = null;
        try
        {
            IPAddress[] hosts = await TcpEndpoint.ResolveAsync(address, cancellationToken).ConfigureAwait(false);
            IPAddress host = Array.Find(hosts, one => one.AddressFamily == AddressFamily.InterNetwork) ?? hosts[0];
            socket = DescriptorReserve.Check(new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            if (OperatingSystem.IsWindows())
                socket.ExclusiveAddressUse = true;

            if (host.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;

            socket.Bind(new IPEndPoint(host, address.Port!.Value));
            socket.Listen(Backlog);
            int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            ChannelAddress resolved = new ChannelAddress(address.Scheme, host: address.Host, port: port).WithChannel(address.Channel);
            return new TcpListener(socket, resolved, settings);
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new EndpointException(
                e.SocketErrorCode switch
                {
                    SocketError.AddressAlreadyInUse =>
                        $"A process is already listening at {address}. It is left alone: use another port, or stop that process.",
                    SocketError.TooManyOpenSockets => $"Cannot listen at {address}: {SystemFailure.NoFilesLeft}",
                    _ => $"Cannot listen at {address}: {e.Message}",
                },
                e)
            {
                IsInUse = e.SocketErrorCode == SocketError.AddressAlreadyInUse,
            };
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    protected override TransportConnection Wrap(Socket accepted) => TcpEndpoint.Wrap(accepted, Address, _settings, isListener: true);
}
