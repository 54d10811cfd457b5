using NATS.Client.Core;

namespace CrossChannels.Nats.Server;

/// <summary>The address of a server, as a user gives it.</summary>
internal static class ServerAddress
{
    private const int DefaultPort = 4222;

    /// <exception cref="ArgumentException">It is not a URL of a NATS server.</exception>
    /// <exception cref="EndpointException">It leads to another machine without TLS, and the options do not allow that.</exception>
    public static void Check(string url, NatsOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(url);
        foreach (string one in url.Split(','))
        {
            if (!Uri.TryCreate(one.Contains("://", StringComparison.Ordinal) ? one : $"nats://{one}", UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("nats" or "tls" or "ws" or "wss"))
                throw new ArgumentException($"'{Show(one)}' is not the address of a NATS server: write nats://host:port or tls://host:port.", nameof(url));
            NatsTlsOpts tls = options.Client.TlsOpts;
            bool isTls = uri.Scheme is "tls" or "wss" || tls.Mode is TlsMode.Require or TlsMode.Implicit
                || (tls.Mode == TlsMode.Auto && (tls.CaFile is not null || tls.CertFile is not null || tls.CertBundleFile is not null || tls.ConfigureClientAuthentication is not null));
            if (!isTls && !uri.IsLoopback && !options.AllowPlainTcp)
            {
                throw new EndpointException(
                    $"{Show(one)} is on another machine, and the connection would not be encrypted: use tls://, set Client.TlsOpts, or AllowPlainTcp if the network may be trusted.");
            }
        }
    }

    /// <summary>The space, as an address that others can be given: of the first server, and without credentials.</summary>
    public static ChannelAddress ToChannelAddress(string urls, string space)
    {
        string first = urls.Split(',')[0];
        var uri = new Uri(first.Contains("://", StringComparison.Ordinal) ? first : $"nats://{first}");
        return ChannelAddress.Nats(uri.IdnHost, uri.IsDefaultPort || uri.Port < 0 ? DefaultPort : uri.Port, space);
    }

    /// <summary>The address without a password.</summary>
    public static string Show(string urls) => string.Join(',', urls.Split(',').Select(static url =>
    {
        int at = url.LastIndexOf('@');
        int slashes = url.IndexOf("://", StringComparison.Ordinal);
        return PeerText.Show(at < 0 ? url : $"{(slashes < 0 ? "" : url[..(slashes + 3)])}***{url[at..]}");
    }));
}
