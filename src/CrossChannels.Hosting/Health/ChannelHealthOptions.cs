namespace CrossChannels.Hosting;

/// <summary>What a health check of a channel expects. A limit that is exceeded is degraded; a channel that cannot be asked is unhealthy.</summary>
public sealed class ChannelHealthOptions
{
    /// <summary>How many items may be queued that no reader has. Default: no limit.</summary>
    public long? MaxDepth { get; set; }

    /// <summary>How long the first of the queued items may have waited. Default: no limit.</summary>
    public TimeSpan? MaxWait { get; set; }

    /// <summary>How many readers must be there, the owner's own waiting reads included. Default: 0.</summary>
    public int MinReaders { get; set; }

    /// <summary>How long the hub may take to answer. Default: 5 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
