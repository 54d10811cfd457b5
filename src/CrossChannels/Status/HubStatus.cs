namespace CrossChannels;

/// <summary>How a hub and all that it owns is, at one moment; each channel and lock by itself, not all at the same instant.</summary>
/// <remarks>One of another version may lack members: a list is never null.</remarks>
/// <param name="Address">Where it listens.</param>
/// <param name="ProcessId">Its process.</param>
public sealed record HubStatus(string Address, int ProcessId)
{
    /// <summary>Its channels, by name.</summary>
    public IReadOnlyList<ChannelStatus> Channels { get; init => field = value ?? []; } = [];

    /// <summary>Its locks, by name.</summary>
    public IReadOnlyList<LockStatus> Locks { get; init => field = value ?? []; } = [];
}
