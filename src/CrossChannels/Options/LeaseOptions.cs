namespace CrossChannels;

/// <summary>How a leased channel treats its items.</summary>
public sealed record LeaseOptions
{
    internal static readonly LeaseOptions Default = new();

    /// <summary>How often an item is delivered before it goes to the dead-letter channel, at least 1. Default: no limit.</summary>
    public int? MaxDeliveries { get; init => field = value is { } most ? OptionValue.AtLeast(most, 1) : null; }

    /// <summary>When an item no longer counts against the capacity. Default: <see cref="CapacityRelease.Taken"/>.</summary>
    public CapacityRelease CapacityRelease { get; init; }
}
