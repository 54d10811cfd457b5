namespace CrossChannels;

/// <summary>How a hub behaves.</summary>
/// <remarks>Timeouts have the range of those of <see cref="ConnectionOptions"/>.</remarks>
public sealed record HubOptions
{
    internal static readonly HubOptions Default = new();

    /// <summary>Timeouts, limits, security and diagnostics of its connections.</summary>
    public ConnectionOptions Connection { get; init => field = OptionValue.NotNull(value); } = ConnectionOptions.Default;

    /// <summary>Other ways to speak to the hub at its address, such as many links over one connection. Default: none, each connection is one link.</summary>
    /// <exception cref="ArgumentException">Two of them begin with the same bytes.</exception>
    public IReadOnlyList<HubProtocol> Protocols { get; init => field = HubProtocol.Check(value); } = [];

    /// <summary>
    /// How long a peer may take to give back credit, items or a lock that others wait for. Default: 5 s. Then it is disconnected, so that a stopped process
    /// delays others no longer than this. Risk: a shorter time cuts off peers that are only slow.
    /// </summary>
    public TimeSpan RevokeTimeout { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromSeconds(5);

    /// <summary>How long disposal lets remote readers drain what is queued. Default: 5 s. What is left then is logged and counted.</summary>
    /// <remarks>With <see cref="TimeSpan.Zero"/> links end at once: an end may see a lost connection in place of <see cref="OwnerLeftException"/>, and one of a completed channel that its link was aborted.</remarks>
    public TimeSpan DrainTimeout { get; init => field = OptionValue.Timeout(value); } = TimeSpan.FromSeconds(5);

    /// <summary>Makes the serializers of its channels whose options name none. Default: that of the process, see <see cref="ItemSerializer.UseFactory{TFactory}"/>.</summary>
    /// <remarks>Those that open them by address name the same serializer in their options.</remarks>
    public ItemSerializerFactory? Serializers { get; init; }

    /// <summary>How many bytes of items all channels hold together before writers have to wait, at least 1. Default: 1 GiB.</summary>
    /// <remarks>Each connected writer may exceed it by what it has credit for, at least 64 KiB or one item.</remarks>
    public long MaxBytes { get; init => field = OptionValue.AtLeast(value, 1); } = 1L << 30;
}
