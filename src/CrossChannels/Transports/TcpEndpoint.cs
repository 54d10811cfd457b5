using System.Net;
using System.Net.Sockets;

namespace CrossChannels.Transports;

/// <summary>Names and options of TCP sockets.</summary>
internal static class TcpEndpoint
{
    /// <summary>Checks that the options allow the address.</summary>
    /// <exception cref="EndpointException">They do not; the message names the option.</exception>
    public static void Check(ChannelAddress address, ConnectionOptions settings)
    {
        if (address.Scheme == ChannelScheme.Tcp && !settings.AllowPlainTcp)
        {
            throw new EndpointException(
                $"{address} is not encrypted, and every user of this machine can connect to it. Use a bare name or tls://, or allow it " +
                $"with {nameof(ConnectionOptions)}.{nameof(ConnectionOptions.AllowPlainTcp)}.");
        }

        if (address.Scheme == ChannelScheme.Tls && settings.Tls is not { Certificate.HasPrivateKey: true })
        {
            const string Tls = $"{nameof(ConnectionOptions)}.{nameof(ConnectionOptions.Tls)}";
            throw new EndpointException(settings.Tls is null
                ? $"{address} needs certificates: set {Tls} = new {nameof(TlsOptions)} {{ {nameof(TlsOptions.Certificate)} = ... }}, a " +
                    $"certificate with its private key, at both ends; and {nameof(TlsOptions.TrustedRoots)}, unless this machine trusts " +
                    "the root of the other end's certificate."
                : $"{address} needs a certificate with its private key in {Tls}.{nameof(TlsOptions.Certificate)}, and this one has none.");
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
            throw new SocketException((int)SocketError.HostNotFound);

        return address.Scheme == ChannelScheme.Tcp && Array.Find(hosts, host => !IPAddress.IsLoopback(host)) is { } stranger
            ? throw new EndpointException(
                $"{address} {Beyond(address, stranger)}, and tcp:// is not encrypted, so it is for loopback only. Use tls://, or " +
                "127.0.0.1, [::1] or localhost.")
            : hosts;
    }

    private static string Beyond(ChannelAddress address, IPAddress host) =>
        host.Equals(IPAddress.Any) || host.Equals(IPAddress.IPv6Any) ? "means every network of this machine"
        : address.Host == host.ToString() ? "is not on loopback"
        : $"is {host}, which is not on loopback";

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
                ? new TlsConnection(
                    socket, $"tls://{remote}", settings.Tls!, isListener ? null : settings.Tls!.TargetHost ?? address.Host!)
                : new SocketConnection(socket, $"tcp://{remote}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
