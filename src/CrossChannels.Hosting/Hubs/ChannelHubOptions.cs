namespace CrossChannels.Hosting;

/// <summary>How the host runs a hub. Named: by the hub's name.</summary>
/// <remarks>Configuration: the section <c>CrossChannels:Hubs:&lt;name&gt;</c>. What code sets afterwards counts.</remarks>
public sealed class ChannelHubOptions
{
    /// <summary>Where it listens, without the name of a channel. Default: the name that it is registered by, read as an address.</summary>
    public ChannelAddress? Address { get; set; }

    /// <summary>
    /// Timeouts, limits, security. Default: those of the core, its connections by the section <c>CrossChannels:Connection</c> and with the host's logger.
    /// <see cref="HubOptions.DrainTimeout"/> is how long readers may drain it when the host stops, within the host's own shutdown time.
    /// </summary>
    public HubOptions Hub { get; set; } = new();

    /// <summary>What is made when it starts, before it takes connections.</summary>
    internal List<HubContent> Contents { get; } = [];
}

/// <summary>A channel or lock that a hub makes when it starts.</summary>
/// <param name="Name">Its name in the hub.</param>
/// <param name="Create">Makes it.</param>
internal sealed record HubContent(string Name, Func<ChannelHub, object?> Create);
