using CrossChannels.Nats.Completion;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace CrossChannels.Nats;

/// <summary>How the channels and locks of one space on a NATS server behave.</summary>
/// <remarks>What belongs to a channel itself (replicas, storage, lease timeout) is that of whoever makes it; the rest is of each process.</remarks>
public sealed record NatsOptions
{
    internal const int MaxSpaceLength = 60;

    /// <summary>
    /// The connection: credentials, certificates, name, buffers. Its URL is replaced by the one that is connected to; reconnecting and pings are set by the library.
    /// Default: that of the client.
    /// </summary>
    public NatsOpts Client { get; init => field = OptionValue.NotNull(value); } = NatsOpts.Default;

    /// <summary>What keeps applications on one account of a server apart: 1 to 60 of <c>A-Z a-z 0-9 _</c>. Default: <c>main</c>. Not a permission.</summary>
    /// <exception cref="ArgumentException">It is empty, too long, or has another character.</exception>
    public string Space { get; init => field = CheckSpace(value); } = "main";

    /// <summary>Servers that keep each channel, 1 to 5; more than 1 needs a cluster. Default: 1.</summary>
    public int Replicas { get; init => field = OptionValue.InRange(value, 1, 5); } = 1;

    /// <summary>Where the server keeps channels. Default: <see cref="NatsStorage.File"/>.</summary>
    public NatsStorage Storage { get; init; }

    /// <summary>
    /// False where an operator makes the streams, and consumers, beforehand, and this user may not: the library then makes, changes and deletes none, and says by name what is missing and how
    /// it must be configured. Default: true. Risk of false: nothing keeps a writer that stood still from storing items behind the end of its channel.
    /// </summary>
    public bool CreateStreams { get; init; } = true;

    /// <summary>How long a channel lives that this process makes. Default: <see cref="NatsLifetime.Durable"/>.</summary>
    public NatsLifetime Lifetime { get; init; }

    /// <summary>How long disposing a channel of <see cref="NatsLifetime.Creator"/> lets readers drain it. Default: 5 s.</summary>
    public TimeSpan DrainTimeout { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many items a writer has accepted and the server not stored, at least 1; they are beside the capacity. Default: a quarter of the capacity, at most 256. Of an
    /// unbounded channel it is the size of a batch.
    /// </summary>
    public int? MaxUnconfirmed { get; init => field = value is { } most ? OptionValue.AtLeast(most, 1) : null; }

    /// <summary>The most items that a reader asks for ahead, at least 1. Default: 256. It asks for no more than it has taken in 20 ms.</summary>
    public int ReadAhead { get; init => field = OptionValue.AtLeast(value, 1); } = 256;

    /// <summary>The same for a reader of leases. Default: 1. Risk: of more than 1, a delivery counts before the item is handed out.</summary>
    public int LeaseReadAhead { get; init => field = OptionValue.AtLeast(value, 1); } = 1;

    /// <summary>
    /// After what time the server gives the items of a reader that is gone or stopped to others, 1 s to 1 h. Default: 10 s. A process that runs renews what it holds three times as
    /// often, for as long as a lease is open.
    /// </summary>
    public TimeSpan LeaseTimeout { get; init => field = OptionValue.InRange(value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)); } = TimeSpan.FromSeconds(10);

    /// <summary>For how long the server knows an item that is sent twice. Default: 30 s. Zero: not at all. Each item costs it about 150 bytes for that time.</summary>
    public TimeSpan DuplicateWindow { get; init => field = OptionValue.InRange(value, TimeSpan.Zero, TimeSpan.FromHours(1)); } = TimeSpan.FromSeconds(30);

    /// <summary>How long connecting waits for the server, and opening for the channel. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromSeconds(10);

    /// <summary>How long ends wait for a server that is away before they fail. Default: 2 min.</summary>
    public TimeSpan GiveUpAfter { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromMinutes(2);

    /// <summary>How long disposal waits until what was accepted is stored. Default: 5 s.</summary>
    public TimeSpan CloseTimeout { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromSeconds(5);

    /// <summary>How long after the end of a channel was decided its writers may still send what they had accepted. Default: 5 s.</summary>
    public TimeSpan EndingTimeout { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromSeconds(5);

    /// <summary>How long a process may be silent before its locks pass on and its writers count as lost. Default: 10 s. A closed connection is noticed after a third of it, unless the server is one of a cluster.</summary>
    public TimeSpan PresenceTimeout { get; init => field = OptionValue.InRange(value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)); } = TimeSpan.FromSeconds(10);

    /// <summary>Allows a connection without TLS to another machine. Default: false. Risk: everybody on the way reads and changes items and passwords.</summary>
    public bool AllowPlainTcp { get; init; }

    /// <summary>Receives log messages. Default: none.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>The clock of every timeout. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init => field = OptionValue.NotNull(value); } = TimeProvider.System;

    /// <summary>Called after each step by which this process ends a channel; for tests that end the process there.</summary>
    internal Action<CourseStep>? OnCourseStep { get; init; }

    /// <summary>The space and the timeouts, without any secret.</summary>
    public override string ToString() => $"{nameof(NatsOptions)} {{ Space = {Space}, Replicas = {Replicas}, Storage = {Storage}, LeaseTimeout = {LeaseTimeout}, GiveUpAfter = {GiveUpAfter} }}";

    private static string CheckSpace(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.Length is > 0 and <= MaxSpaceLength && value.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? value
            : throw new ArgumentException($"A space has 1 to {MaxSpaceLength} of A-Z a-z 0-9 _: '{PeerText.Show(value)}'.", nameof(value));
    }
}

/// <summary>How long a channel on a server lives.</summary>
public enum NatsLifetime
{
    /// <summary>Until it is deleted, by <see cref="NatsChannels.DeleteAsync"/>, or a day after its end.</summary>
    Durable = 0,

    /// <summary>
    /// As one of a hub: until the process that made it disposes its handle, or exits. It is completed, readers drain it, and it is deleted. One whose process was killed stays until a process
    /// with this option makes it again, and takes its place.
    /// </summary>
    Creator = 1,
}

/// <summary>Where a server keeps a channel.</summary>
public enum NatsStorage
{
    /// <summary>In files: items outlive the server's process.</summary>
    File = 0,

    /// <summary>In memory: items end with the server.</summary>
    Memory = 1,
}
