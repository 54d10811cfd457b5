namespace CrossChannels;

/// <summary>How a hub behaves.</summary>
public sealed class HubOptions
{
    internal static readonly HubOptions Default = new();

    /// <summary>Deadlines, security and diagnostics of its connections.</summary>
    public ConnectionOptions Link { get; init => field = Setting.NotNull(value); } = ConnectionOptions.Default;

    /// <summary>
    /// How long a peer may take to give back credit, items or a lock that others wait for. Default: 5 s. Then it is disconnected: nobody waits
    /// longer for a stopped process. Risk: a shorter time cuts off peers that only were slow.
    /// </summary>
    public TimeSpan RevokeTimeout { get; init => field = TimeoutRange.Check(value); } = TimeSpan.FromSeconds(5);

    /// <summary>How long disposal lets remote readers drain what is queued. Default: 5 s. What is left then is logged and counted.</summary>
    public TimeSpan DrainTimeout { get; init => field = TimeoutRange.Check(value); } = TimeSpan.FromSeconds(5);

    /// <summary>How many bytes of items all channels hold together before writers have to wait. Default: 1 GiB.</summary>
    /// <remarks>Each connected writer may exceed it by what it has credit for, at least 64 KiB or one item.</remarks>
    public long MaxBytes
    {
        get;
        init => field = Setting.AtLeast(value, 1);
    } = 1L << 30;
}
