using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using CrossChannels.Transports;

namespace CrossChannels;

/// <summary>Where a channel is found: <c>[scheme:]endpoint[#channel]</c>.</summary>
/// <remarks>
/// <c>unix:/path</c>, <c>pipe:name</c>, <c>tcp://host:port</c>, <c>tls://host:port</c>, <c>mem:name</c>, <c>shm:name</c>, <c>nats://host:port/space</c>, <c>nats:channel</c>,
/// or a bare name, which means the best local transport. Two addresses are equal when they are written alike; hosts are compared without regard to case.
/// </remarks>
[JsonConverter(typeof(ChannelAddressJsonConverter))]
[TypeConverter(typeof(ChannelAddressTypeConverter))]
public sealed record ChannelAddress : ISpanParsable<ChannelAddress>
{
    /// <summary>Length of the random part of a unique name.</summary>
    internal const int UniqueDigits = 8;

    internal ChannelAddress(ChannelScheme scheme, string? name = null, string? path = null, string? host = null, int? port = null)
    {
        Scheme = scheme;
        Name = name;
        Path = path;
        Host = host;
        Port = port;
    }

    /// <summary>How the endpoint is reached.</summary>
    public ChannelScheme Scheme { get; }

    /// <summary>The name, for a bare name, <c>pipe:</c>, <c>shm:</c> and <c>mem:</c>; the space, for <c>nats://</c>.</summary>
    public string? Name { get; }

    /// <summary>The absolute path, for <c>unix:</c>.</summary>
    public string? Path { get; }

    /// <summary>The host in lower case, an IPv6 address without brackets, for <c>tcp://</c>, <c>tls://</c> and <c>nats://</c>.</summary>
    public string? Host { get; }

    /// <summary>The port, for <c>tcp://</c>, <c>tls://</c> and <c>nats://</c>; 0 lets a listener take any free one.</summary>
    public int? Port { get; }

    /// <summary>The channel of a hub or of a space, what follows <c>#</c>, or <c>nats:</c>; <see langword="null"/> without one.</summary>
    public string? Channel { get; private init; }

    /// <summary>A bare name: the best local transport.</summary>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    public static ChannelAddress Local(string name) => Named(ChannelScheme.Local, name);

    /// <summary>A local address that is not in use: the name, the process id and a random part. For a channel whose ends are given to other processes.</summary>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    public static ChannelAddress Unique(string name) =>
        Local(string.Create(CultureInfo.InvariantCulture, $"{name}-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(UniqueDigits, lowercase: true)}"));

    /// <summary>A Unix socket.</summary>
    /// <param name="path">Absolute, at most 107 bytes in UTF-8 (103 on macOS), without <c>#</c>.</param>
    /// <exception cref="ArgumentException">The path is malformed or too long.</exception>
    public static ChannelAddress Unix(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return AddressSyntax.CheckPath(path) is { } fault
            ? throw AddressSyntax.Malformed($"unix:{path}", fault, nameof(path))
            : new(ChannelScheme.Unix, path: path);
    }

    /// <summary>A named pipe; off Windows the same as the bare name.</summary>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    public static ChannelAddress Pipe(string name) => Named(ChannelScheme.Pipe, name);

    /// <summary>A TCP port on loopback, without encryption; needs <see cref="ConnectionOptions.AllowPlainTcp"/>.</summary>
    /// <param name="host">A name or an address of this machine.</param>
    /// <param name="port">0 to 65,535; 0 lets a listener take any free one.</param>
    /// <exception cref="ArgumentException">The host or the port is malformed.</exception>
    public static ChannelAddress Tcp(string host, int port) => Network(ChannelScheme.Tcp, host, port);

    /// <summary>A TCP port with TLS; needs <see cref="ConnectionOptions.Tls"/>.</summary>
    /// <param name="host">A name or an address; the listener's certificate carries it.</param>
    /// <param name="port">0 to 65,535; 0 lets a listener take any free one.</param>
    /// <exception cref="ArgumentException">The host or the port is malformed.</exception>
    public static ChannelAddress Tls(string host, int port) => Network(ChannelScheme.Tls, host, port);

    /// <summary>A name within this process.</summary>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    public static ChannelAddress Memory(string name) => Named(ChannelScheme.Memory, name);

    /// <summary>The bare name, and a warning where items cannot cross by shared memory: on Linux, those of links between two ends and of a hub's channels do.</summary>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    public static ChannelAddress SharedMemory(string name) => Named(ChannelScheme.SharedMemory, name);

    /// <summary>A space of a NATS server, for the package CrossChannels.Nats.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="port">1 to 65,535.</param>
    /// <param name="space">The space, 1 to 60 of <c>A-Z a-z 0-9 _</c>.</param>
    /// <exception cref="ArgumentException">The host, the port or the space is malformed.</exception>
    public static ChannelAddress Nats(string host, int port, string space = "main")
    {
        ArgumentNullException.ThrowIfNull(space);
        ChannelAddress address = Network(ChannelScheme.Nats, host, port);
        return AddressSyntax.CheckSpace(space) is { } fault
            ? throw AddressSyntax.Malformed($"{address}{space}", fault, nameof(space))
            : new(ChannelScheme.Nats, space, host: address.Host, port: port);
    }

    /// <summary>The same endpoint with the name of a channel of its hub, or with none.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long, or has <c>#</c> or control characters.</exception>
    public ChannelAddress WithChannel(string? channel) =>
        channel is not null && AddressSyntax.CheckChannel(channel) is { } fault
            ? throw AddressSyntax.Malformed($"{WithChannel(null)}#{channel}", fault, nameof(channel))
            : this with { Channel = channel };

    /// <summary>Reads an address.</summary>
    /// <exception cref="ArgumentException">It is malformed; the message shows it and what is wrong.</exception>
    public static ChannelAddress Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <summary>Reads an address.</summary>
    /// <exception cref="ArgumentException">It is malformed; the message shows it and what is wrong.</exception>
    public static ChannelAddress Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        AddressSyntax.TryParse(s, out string? fault) ?? throw AddressSyntax.Malformed(s.ToString(), fault!, nameof(s));

    /// <summary>Reads an address; false if it is malformed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, [NotNullWhen(true)] out ChannelAddress? result) => TryParse(s, null, out result);

    /// <summary>Reads an address; false if it is malformed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [NotNullWhen(true)] out ChannelAddress? result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <summary>Reads an address; false if it is malformed.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, [NotNullWhen(true)] out ChannelAddress? result)
    {
        result = AddressSyntax.TryParse(s, out _);
        return result is not null;
    }

    /// <summary>Reads an address, as <see cref="Parse(string, IFormatProvider?)"/> does.</summary>
    /// <exception cref="ArgumentException">It is malformed; the message shows it and what is wrong.</exception>
    public static implicit operator ChannelAddress(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return AddressSyntax.TryParse(address, out string? fault) ?? throw AddressSyntax.Malformed(address, fault!, nameof(address));
    }

    /// <summary>The address as <see cref="Parse(string, IFormatProvider?)"/> reads it.</summary>
    public override string ToString()
    {
        string endpoint = Scheme switch
        {
            ChannelScheme.Unix => $"unix:{Path}",
            ChannelScheme.Pipe => $"pipe:{Name}",
            ChannelScheme.Tcp => $"tcp://{HostAndPort()}",
            ChannelScheme.Tls => $"tls://{HostAndPort()}",
            ChannelScheme.Memory => $"mem:{Name}",
            ChannelScheme.SharedMemory => $"shm:{Name}",
            ChannelScheme.Nats when Host is null => "nats:",
            ChannelScheme.Nats => $"nats://{HostAndPort()}/{Name}",
            _ => Name!,
        };
        return Channel is null ? endpoint : endpoint is "nats:" ? $"nats:{Channel}" : $"{endpoint}#{Channel}";
    }

    private string HostAndPort() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host!.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    private static ChannelAddress Named(ChannelScheme scheme, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return AddressSyntax.CheckName(name) is { } fault
            ? throw AddressSyntax.Malformed(new ChannelAddress(scheme, name).ToString(), fault, nameof(name))
            : new(scheme, name);
    }

    private static ChannelAddress Network(ChannelScheme scheme, string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (AddressSyntax.CheckHost(host, out string canonical) is { } fault)
        {
            throw AddressSyntax.Malformed(new ChannelAddress(scheme, host: host, port: port).ToString(), fault, nameof(host));
        }

        return port is >= 0 and <= ushort.MaxValue
            ? new(scheme, host: canonical, port: port)
            : throw AddressSyntax.Malformed(
                new ChannelAddress(scheme, host: canonical, port: port).ToString(), "a port is 0 to 65535.", nameof(port));
    }
}
