using System.IO.Pipelines;
using System.Runtime.Versioning;
using CrossChannels.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CrossChannels;

/// <summary>How one connection behaves: timeouts, limits, security, diagnostics. Of a listener or a hub: each of its connections.</summary>
/// <remarks>Every timeout is zero or more and below 25 days, or <see cref="Timeout.InfiniteTimeSpan"/>; any other is an <see cref="ArgumentOutOfRangeException"/>.</remarks>
public sealed record ConnectionOptions
{
    internal static readonly ConnectionOptions Default = new();

    private static ILogger? s_defaultLogger;

    /// <summary>
    /// Receives the log messages of everything in this process that has no <see cref="Logger"/> of its own, from now on. Default: none. A host with
    /// <c>CrossChannels.Hosting</c> sets it to its own while it runs, unless the program has.
    /// </summary>
    /// <remarks>It is held until it is set to something else: a plug-in that can be unloaded takes its logger back.</remarks>
    public static ILogger? DefaultLogger
    {
        get => Volatile.Read(ref s_defaultLogger);
        set => Volatile.Write(ref s_defaultLogger, value);
    }

    /// <summary>
    /// How long connecting waits for a process to listen, and tries again when a connection breaks or is not greeted in time. Default: 10 s;
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits forever.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long listening waits for an address that another process has, such as the one that this one replaces. Default: zero, it is refused at once;
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits forever.
    /// </summary>
    public TimeSpan ListenTimeout { get; init => field = OptionValue.Timeout(value); }

    /// <summary>
    /// How an opened writer, reader or lock of a hub goes on when its hub comes back. Default: it does not, and is over with the hub. Links between two ends, those on a NATS server, and
    /// ends that were given to another process do not use it.
    /// </summary>
    public ReconnectOptions? Reconnect { get; init; }

    /// <summary>How long a peer may take for its greeting, on both sides. Default: 30 s, enough on a machine with fifty busy processes.</summary>
    public TimeSpan GreetingTimeout { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromSeconds(30);

    /// <summary>How long disposal waits for the peer to receive what was accepted. Default: 5 s. Risk: a shorter time may lose items.</summary>
    public TimeSpan CloseTimeout { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromSeconds(5);

    /// <summary>How long a process that returns from Main with this link open waits for the same, from when there is a connection. Default: 2 s.</summary>
    public TimeSpan ExitTimeout { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromSeconds(2);

    /// <summary>How long a connected peer may be silent before the link ends. Default: infinite. Risk: a stopped process counts as silent.</summary>
    public TimeSpan PeerTimeout { get; init => field = OptionValue.Timeout(value); } = Timeout.InfiniteTimeSpan;

    /// <summary>How many bytes this end holds that were received and not read before the peer's writers have to wait, at least 1. Default: 64 MiB.</summary>
    /// <remarks>A single item may exceed it when nothing else is unread. A hub's channels have <see cref="SharedChannelOptions.MaxQueuedBytes"/>.</remarks>
    public long MaxUnreadBytes { get; init => field = OptionValue.AtLeast(value, 1); } = 64L << 20;

    /// <summary>How many bytes this end holds that were accepted and not sent before its own writers have to wait, at least 1. Default: 256 MiB.</summary>
    public long MaxUnsentBytes { get; init => field = OptionValue.AtLeast(value, 1); } = 256L << 20;

    /// <summary>How many connections a listener or hub keeps open at a time, at least 1; others wait to be accepted. Default: 10,000.</summary>
    public int MaxLinks { get; init => field = OptionValue.AtLeast(value, 1); } = 10_000;

    /// <summary>How many connections of a listener or hub may be greeting at a time, at least 1; others wait to be accepted. Default: 128.</summary>
    public int MaxPendingGreetings { get; init => field = OptionValue.AtLeast(value, 1); } = 128;

    /// <summary>How many frames a second a peer may send that carry nothing new, such as pings, at least 1. Default: 1,000. Beyond it the link ends.</summary>
    public int MaxEmptyFramesPerSecond { get; init => field = OptionValue.AtLeast(value, 1); } = 1_000;

    /// <summary>
    /// Makes the connection to an address in place of its own transport: through a tunnel, or as one of many over a connection that is there. Default: none.
    /// It is the callback's to know who is at the other end. An <see cref="IOException"/> or <see cref="System.Net.Sockets.SocketException"/> of its own is tried
    /// again within <see cref="ConnectTimeout"/>; what else it throws ends the attempt. Both halves of the pipe are completed, and an <see cref="IAsyncDisposable"/>
    /// one is disposed, when the link is closed.
    /// </summary>
    public Func<ChannelAddress, CancellationToken, ValueTask<IDuplexPipe>>? ConnectCallback { get; init; }

    /// <summary>Certificates for <c>tls://</c>. Default: none, and <c>tls://</c> is refused.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Allows <c>tcp://</c>, on loopback only and not encrypted: every user of this machine can connect. Default: false.</summary>
    public bool AllowPlainTcp { get; init; }

    /// <summary>
    /// Allows, for <c>unix:</c> addresses, users of one group: the group of the socket, which a directory of mode 2770 gives it. Set it at
    /// both ends. Default: false, both ends run as one user. Risk: every member can connect, and can listen in place of the owner.
    /// </summary>
    [UnsupportedOSPlatform("windows")]
    public bool AllowGroup { get; init; }

    /// <summary>
    /// When items cross by shared memory. Default: at bare names, where both ends can. Both ends have to agree; where they do not, or it cannot be
    /// had, items go over the socket. <see cref="PeerInfo.IsSharedMemory"/> tells.
    /// </summary>
    public SharedMemoryUse SharedMemory
    {
        get;
        init => field = (SharedMemoryUse)OptionValue.InRange((int)value, (int)SharedMemoryUse.Automatic, (int)SharedMemoryUse.WherePossible);
    }

    /// <summary>Whether items may cross by lanes at all: by <see cref="SharedMemory"/>, and on this system.</summary>
    [SupportedOSPlatformGuard("linux")]
    internal bool MayUseLanes => OperatingSystem.IsLinux() && Environment.Is64BitProcess && SharedMemory != SharedMemoryUse.Never;

    /// <summary>A secret that this end shows to its peer, at most 256 bytes. Default: none.</summary>
    public ReadOnlyMemory<byte> Key { get; init => field = OptionValue.Key(value); }

    /// <summary>The key that a peer must show to write to this end, at most 256 bytes. Default: none is needed.</summary>
    public ReadOnlyMemory<byte> RequiredKeyToWrite { get; init => field = OptionValue.Key(value); }

    /// <summary>The key that a peer must show to read from this end, at most 256 bytes. Default: none is needed.</summary>
    public ReadOnlyMemory<byte> RequiredKeyToRead { get; init => field = OptionValue.Key(value); }

    /// <summary>Receives log messages, such as why a listener refused a peer. Default: <see cref="DefaultLogger"/>.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>The clock of every timeout. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init => field = GuardedTimeProvider.Over(OptionValue.NotNull(value)); } = TimeProvider.System;

    /// <summary>The timeouts, without any secret.</summary>
    public override string ToString() =>
        $"{nameof(ConnectionOptions)} {{ ConnectTimeout = {ConnectTimeout}, GreetingTimeout = {GreetingTimeout}, CloseTimeout = {CloseTimeout}, " +
        $"ExitTimeout = {ExitTimeout}, PeerTimeout = {PeerTimeout} }}";
}
