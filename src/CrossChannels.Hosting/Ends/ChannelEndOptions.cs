namespace CrossChannels.Hosting;

/// <summary>How the host keeps the ends of one channel open. Named: by the channel's name.</summary>
/// <remarks>Configuration: the section <c>CrossChannels:Channels:&lt;name&gt;</c>. What code sets afterwards counts.</remarks>
public class ChannelEndOptions
{
    /// <summary>Where the channel is; <c>address#name</c> for a channel of a hub. Default: the name that it is registered by, read as an address.</summary>
    public ChannelAddress? Address { get; set; }

    /// <summary>
    /// Timeouts, limits, security of its connections. Default: the section <c>CrossChannels:Connection</c>, and the host's logger. It reconnects whether or not
    /// <see cref="ConnectionOptions.Reconnect"/> is set, and never gives up; what a writer does with what a lost hub had not received is set there.
    /// </summary>
    public ConnectionOptions Connection { get; set; } = new();

    /// <summary>How long after a failure the end is opened again for the first time; it doubles from try to try. Default: 100 ms.</summary>
    public TimeSpan MinReopenDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two tries. Default: 5 s.</summary>
    public TimeSpan MaxReopenDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Called when an end was lost and is open again: what had been written, and was not read yet, may be gone with the hub that held it. Here a program writes again what
    /// it still wants done. Default: nothing is called. What it throws is logged.
    /// </summary>
    public Func<IServiceProvider, ChannelReopened, CancellationToken, Task>? OnReopened { get; set; }
}

/// <summary>How the host keeps the ends of one channel open, and how its items cross.</summary>
/// <typeparam name="T">The item type.</typeparam>
public sealed class ChannelEndOptions<T> : ChannelEndOptions
{
    /// <summary>Serializer, contract and size of the items. Default: chosen by the type.</summary>
    public ItemOptions<T>? Items { get; set; }
}

/// <summary>An end that was lost is open again.</summary>
/// <param name="Name">The name that the channel is registered by.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Lost">Why the end before was over.</param>
/// <param name="Downtime">How long there was none.</param>
public sealed record ChannelReopened(string Name, ChannelAddress Address, Ending Lost, TimeSpan Downtime);
