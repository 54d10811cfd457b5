using System.Net;
using System.Net.Sockets;

namespace CrossChannels.Transports;

/// <summary>Names and settings of TCP sockets.</summary>
internal static class TcpEndpoint
{
    /// <summary>Checks that the settings allow the address.</summary>
    /// <exception cref="EndpointException">They do not; the message names the setting.</exception>
    public static void Check(ChannelAddress address, ConnectionOptions settings)
    {
        if (address.Scheme == ChannelScheme.Tcp && !settings.AllowPlainTcp)
        {
            throw new EndpointException(
                $"{address} is not encrypted, and every user of this machine can connect to it. Use a bare name or tls://, or allow it " +
                $"with {nameof(ConnectionOptions)}.{nameof(ConnectionOptions.AllowPlainTcp)}.");
        }

        if (address.Scheme == ChannelScheme.Tls && settings.Tls is null)
        {
            throw new EndpointException(
                $"{address} needs certificates: set {nameof(ConnectionOptions)}.{nameof(ConnectionOptions.Tls)}.");
        }

        if (address.Scheme == ChannelScheme.Tls && settings.Tls is not { Certificate.HasPrivateKey: true })
        {
            throw new EndpointException(
                $"{address} needs a certificate with its private key in {nameof(ConnectionOptions)}.{nameof(ConnectionOptions.Tls)}.{nameof(TlsOptions.Certificate)}.");
        }
    }

    /// <summary>Resolves the host, for <c>tcp://</c> to loopback only.</summary>
    /// <exception cref="SocketException">The host is unknown, perhaps for now.</exception>
    /// <exception cref="EndpointException">The host is not this machine's loopback, and <c>tcp://</c> may not leave it.</exception>
    public static async ValueTask<IPAddress[]> ResolveAsync(ChannelAddress address, CancellationToken cancellationToken)
    {
        IPAddress[] hosts = IPAddress.TryParse(address.Host, out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(address.Host!, cancellationToken).ConfigureAwait(false);
        if (hosts.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        return address.Scheme == ChannelScheme.Tcp && Array.Find(hosts, host => !IPAddress.IsLoopback(host)) is { } stranger
            ? throw new EndpointException(
                $"{address} is {stranger}, which is not loopback, and tcp:// is not encrypted. Use 127.0.0.1, [::1] or localhost, or tls://.")
            : hosts;
    }

    /// <summary>Sends at once, and finds a peer whose machine is gone after about a minute of silence.</summary>
    public static void Tune(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    /// <summary>The connection that the scheme of an address stands for.</summary>
    public static TransportConnection Wrap(Socket socket, ChannelAddress address, ConnectionOptions settings, bool isListener)
    {
        try
        {
            Tune(socket);
            string remote = socket.RemoteEndPoint?.ToString() ?? "unknown";
            return address.Scheme == ChannelScheme.Tls
                ? new TlsConnection(socket, $"tls://{remote}", settings.Tls!, isListener ? null : settings.Tls!.TargetHost ?? address.Host!)
                : new SocketConnection(socket, $"tcp://{remote}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
