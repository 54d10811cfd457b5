using CrossChannels.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CrossChannels;

/// <summary>How one connection behaves: deadlines, limits, security, diagnostics.</summary>
public sealed class ConnectionOptions
{
    internal static readonly ConnectionOptions Default = new();

    /// <summary>How long connecting waits for somebody to listen. Default: 10 s; <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</summary>
    public TimeSpan ConnectTimeout { get; init => field = TimeoutRange.Check(value); } = TimeSpan.FromSeconds(10);

    /// <summary>How long a peer may take for its greeting, on both sides. Default: 10 s.</summary>
    public TimeSpan GreetingTimeout { get; init => field = TimeoutRange.Check(value); } = TimeSpan.FromSeconds(10);

    /// <summary>How long disposal waits for the peer to receive what was accepted. Default: 5 s. Risk: shorter may lose items.</summary>
    public TimeSpan CloseTimeout { get; init => field = TimeoutRange.Check(value); } = TimeSpan.FromSeconds(5);

    /// <summary>How long a process that returns from Main with this link open waits for the same. Default: 2 s.</summary>
    public TimeSpan ExitTimeout { get; init => field = TimeoutRange.Check(value); } = TimeSpan.FromSeconds(2);

    /// <summary>How long a connected peer may be silent before the link ends. Default: infinite. Risk: a stopped process counts as silent.</summary>
    public TimeSpan PeerTimeout { get; init => field = TimeoutRange.Check(value); } = Timeout.InfiniteTimeSpan;

    /// <summary>How many links one listener holds open at a time. Default: 10,000.</summary>
    public int MaxLinks { get; init => field = CheckPositive(value); } = 10_000;

    /// <summary>How many connections of one listener may be greeting at a time; others wait to be accepted. Default: 128.</summary>
    public int MaxPendingGreetings { get; init => field = CheckPositive(value); } = 128;

    /// <summary>How many frames a second a peer may send that carry nothing new, such as pings. Default: 1,000. Beyond it the link ends.</summary>
    public int MaxEmptyFramesPerSecond { get; init => field = CheckPositive(value); } = 1_000;

    /// <summary>Certificates for <c>tls://</c>. Default: none, so that <c>tls://</c> is refused.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Allows <c>tcp://</c>, on loopback only and not encrypted: every user of this machine can connect. Default: false.</summary>
    public bool AllowPlainTcp { get; init; }

    /// <summary>A secret that this end shows to its peer, at most 256 bytes. Default: none.</summary>
    public ReadOnlyMemory<byte> Key { get; init => field = CheckKey(value); }

    /// <summary>The key that a peer must show to write to this end. Default: none is needed.</summary>
    public ReadOnlyMemory<byte> RequiredKeyToWrite { get; init => field = CheckKey(value); }

    /// <summary>The key that a peer must show to read from this end. Default: none is needed.</summary>
    public ReadOnlyMemory<byte> RequiredKeyToRead { get; init => field = CheckKey(value); }

    /// <summary>Where the link logs to. Default: nowhere.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>The clock of every deadline. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init => field = GuardedTimeProvider.Over(Setting.NotNull(value)); } = TimeProvider.System;

    private static int CheckPositive(int value) =>
        value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "The limit must be 1 or more.");

    private static ReadOnlyMemory<byte> CheckKey(ReadOnlyMemory<byte> value) =>
        value.Length <= 256 ? value : throw new ArgumentOutOfRangeException(nameof(value), value.Length, "A key has at most 256 bytes.");
}
