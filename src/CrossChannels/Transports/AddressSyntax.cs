using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CrossChannels.Transports;

/// <summary>The grammar of <see cref="ChannelAddress"/>. Every check returns what is wrong, or null.</summary>
internal static class AddressSyntax
{
    /// <summary>The longest name and channel, in UTF-16 units.</summary>
    public const int MaxNameLength = 200;

    /// <summary>The longest name of a space of a NATS server.</summary>
    public const int MaxSpaceLength = 60;

    private const string DefaultSpace = "main";

    /// <summary>The longest path of a Unix socket in bytes, without the NUL at its end.</summary>
    public static int MaxUnixPathBytes => OperatingSystem.IsLinux() || OperatingSystem.IsWindows() ? 107 : 103;

    private static readonly SearchValues<char> s_notInNames = SearchValues.Create("/\\:#");

    /// <summary>Reads an address; null with the fault if it is malformed.</summary>
    public static ChannelAddress? TryParse(ReadOnlySpan<char> text, out string? fault)
    {
        int hash = text.IndexOf('#');
        ReadOnlySpan<char> endpoint = hash < 0 ? text : text[..hash];
        ChannelAddress? address = null;
        fault = endpoint.IsEmpty
            ? (hash < 0 ? "it is empty." : "it has no endpoint before '#'.")
            : ParseEndpoint(endpoint, out address);
        if (fault is null && hash >= 0)
            fault = address!.Channel is null ? CheckChannel(text[(hash + 1)..]) : "it names two channels, one after ':' and one after '#'.";

        return fault is not null ? null : hash < 0 ? address : address!.WithChannel(text[(hash + 1)..].ToString());
    }

    /// <summary>The exception for a malformed address.</summary>
    public static ArgumentException Malformed(string address, string fault, string parameter) =>
        new($"The address '{Show(address)}' is malformed: {fault}", parameter);

    /// <summary>Checks a name of an endpoint.</summary>
    public static string? CheckName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
            return "it has no name.";

        if (name.IndexOfAny(s_notInNames) is int at and >= 0)
        {
            return name[at] == '/'
                ? "a name cannot contain '/'; write unix:/path for a socket at a path, tcp://host:port or tls://host:port for a port."
                : $"a name cannot contain '{name[at]}'.";
        }

        return name.Contains("..", StringComparison.Ordinal) || name is "."
            ? "a name cannot contain '..' or be '.'."
            : CheckText(name, "a name");
    }

    /// <summary>Checks the name of a channel.</summary>
    public static string? CheckChannel(ReadOnlySpan<char> channel) =>
        channel.IsEmpty ? "no channel follows '#'."
        : channel.Contains('#') ? "it has a second '#', and only one separates an address from the name of a channel."
        : CheckText(channel, "a channel's name");

    /// <summary>Checks the name of a space of a NATS server.</summary>
    public static string? CheckSpace(ReadOnlySpan<char> space)
    {
        if (space.Length is 0 or > MaxSpaceLength)
            return $"a space has 1 to {MaxSpaceLength} characters.";
        foreach (char c in space)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return $"a space has only A-Z a-z 0-9 _, and not '{c}'.";
        }
        return null;
    }

    /// <summary>Checks the path of a Unix socket.</summary>
    public static string? CheckPath(ReadOnlySpan<char> path)
    {
        if (path.IsEmpty)
            return "it has no path.";

        if (path[0] is '@' or '\0')
            return "abstract sockets are not supported, because every user of the machine can open them; use a path or a bare name.";

        foreach (char c in path)
        {
            if (char.IsControl(c) || c == '#')
            {
                return c == '#'
                    ? "a path cannot contain '#', which starts the channel's name."
                    : $"a path cannot contain control characters (U+{(int)c:X4}).";
            }
        }

        if (!Path.IsPathFullyQualified(path))
            return "the path must be absolute, for both ends to find the same socket; or use a bare name.";

        foreach (Range part in path.Split('/'))
        {
            if (path[part] is "." or "..")
                return "write the path without '.' and '..'.";
        }

        int bytes = Encoding.UTF8.GetByteCount(path);
        return Path.EndsInDirectorySeparator(path) ? "the path ends in a separator; it must name the socket itself."
            : bytes <= MaxUnixPathBytes ? null
            : $"the path has {bytes} bytes, and this system allows {MaxUnixPathBytes}; use a shorter one or a bare name.";
    }

    /// <summary>Checks a host and brings it into one form.</summary>
    public static string? CheckHost(ReadOnlySpan<char> host, out string canonical)
    {
        canonical = "";
        if (host.IsEmpty)
            return "it has no host; write 127.0.0.1, [::1] or a name.";

        if (host is ['[', .., ']'])
            host = host[1..^1];

        if (host.Contains(':'))
        {
            if (!IPAddress.TryParse(host, out IPAddress? address) || address.AddressFamily != AddressFamily.InterNetworkV6)
                return $"'{Show(host.ToString())}' is not an IPv6 address.";

            canonical = address.ToString();
            return null;
        }

        canonical = host.ToString().ToLowerInvariant();
        return Uri.CheckHostName(canonical) is UriHostNameType.Dns or UriHostNameType.IPv4
            ? null
            : $"'{Show(canonical)}' is neither a host name nor an IP address.";
    }

    private static string? ParseEndpoint(ReadOnlySpan<char> endpoint, out ChannelAddress? address)
    {
        address = null;
        int colon = endpoint.IndexOf(':');
        if (colon < 0)
            return ParseName(ChannelScheme.Local, endpoint, out address);

        ReadOnlySpan<char> rest = endpoint[(colon + 1)..];
        string scheme = endpoint[..colon].ToString().ToLowerInvariant();
        switch (scheme)
        {
            case "unix":
                return ParsePath(rest, out address);
            case "pipe":
                return ParseName(ChannelScheme.Pipe, rest, out address);
            case "mem":
                return ParseName(ChannelScheme.Memory, rest, out address);
            case "tcp":
                return ParseNetwork(ChannelScheme.Tcp, rest, out address);
            case "tls":
                return ParseNetwork(ChannelScheme.Tls, rest, out address);
            case "shm":
                return ParseName(ChannelScheme.SharedMemory, rest, out address);
            case "nats":
                return ParseNats(rest, out address);
            default:
                string meant = ushort.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                    ? $" Did you mean tls://{Show(endpoint.ToString())}, or tcp:// on this machine?"
                    : "";
                return $"'{Show(scheme)}' is not a scheme; known are unix:, pipe:, tcp://, tls://, mem:, shm:, nats: and a bare name, which has no " +
                    $"':'.{meant}";
        }
    }

    private static string? ParseName(ChannelScheme scheme, ReadOnlySpan<char> name, out ChannelAddress? address)
    {
        string? fault = CheckName(name);
        address = fault is null ? new(scheme, name.ToString()) : null;
        return fault;
    }

    private static string? ParseNats(ReadOnlySpan<char> rest, out ChannelAddress? address)
    {
        address = null;
        if (!rest.StartsWith("//"))
        {
            string? wrong = rest.IsEmpty ? "no channel follows 'nats:'." : CheckChannel(rest);
            address = wrong is null ? new ChannelAddress(ChannelScheme.Nats).WithChannel(rest.ToString()) : null;
            return wrong;
        }
        int slash = rest[2..].IndexOf('/') + 2;
        ReadOnlySpan<char> space = slash < 2 ? DefaultSpace : rest[(slash + 1)..];
        if (space.IsEmpty)
            space = DefaultSpace;
        if (rest.Contains('@'))
            return "credentials do not stand in an address, which is shown in logs: give them to NatsOptions.Client.";
        string? fault = ParseNetwork(ChannelScheme.Nats, slash < 2 ? rest : rest[..slash], out ChannelAddress? server) ?? CheckSpace(space);
        address = fault is null ? new(ChannelScheme.Nats, space.ToString(), host: server!.Host, port: server.Port) : null;
        return fault;
    }

    private static string? ParsePath(ReadOnlySpan<char> path, out ChannelAddress? address)
    {
        address = null;
        if (path.StartsWith("//"))
        {
            // unix:///run/x is how many programs write it.
            if (!path.StartsWith("///") || path.StartsWith("////"))
                return "write unix:/path or unix:///path.";

            path = path[2..];
        }

        string? fault = CheckPath(path);
        address = fault is null ? new(ChannelScheme.Unix, path: path.ToString()) : null;
        return fault;
    }

    private static string? ParseNetwork(ChannelScheme scheme, ReadOnlySpan<char> rest, out ChannelAddress? address)
    {
        address = null;
        string form = scheme switch
        {
            ChannelScheme.Tcp => "tcp://host:port",
            ChannelScheme.Nats => "nats://host:port/space",
            _ => "tls://host:port",
        };
        if (!rest.StartsWith("//"))
            return $"write {form}.";

        rest = rest[2..];
        bool bracketed = rest.StartsWith("[");
        int colon = bracketed ? rest.IndexOf("]:") + 1 : rest.IndexOf(':');
        if (colon < 0 || (bracketed && colon == 0))
            return $"it has no port; write {form}.";

        ReadOnlySpan<char> host = rest[..colon];
        ReadOnlySpan<char> port = rest[(colon + 1)..];
        if (!bracketed && port.Contains(':'))
            return "write an IPv6 address in brackets, as in [::1].";

        if (CheckHost(host, out string canonical) is { } fault)
            return fault;

        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number))
            return $"'{Show(port.ToString())}' is not a port; a port is 0 to 65535.";

        address = new(scheme, host: canonical, port: number);
        return null;
    }

    private static string? CheckText(ReadOnlySpan<char> text, string what)
    {
        if (text.Length > MaxNameLength)
            return $"{what} can have at most {MaxNameLength} characters, not {text.Length}.";

        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
            return $"{what} cannot begin or end with white space.";

        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out Rune rune, out int length) != OperationStatus.Done || Rune.IsControl(rune))
                return $"{what} cannot contain control characters or unpaired surrogates (U+{(int)text[0]:X4}).";

            text = text[length..];
        }

        return null;
    }

    private static string Show(string text) => PeerText.Show(text, maxLength: 300);
}
