using System.Text;

namespace CrossChannels;

/// <summary>A snapshot of a hub and everything it owns; each channel and lock is read by itself, not all at the same instant.</summary>
/// <remarks>One from an older version may lack values; a list is then empty, never null.</remarks>
/// <param name="Address">Where it listens.</param>
/// <param name="ProcessId">Its process.</param>
public sealed record HubStatus(string Address, int ProcessId)
{
    /// <summary>Its channels, by name.</summary>
    public IReadOnlyList<ChannelStatus> Channels { get; init => field = value ?? []; } = [];

    /// <summary>Its locks, by name.</summary>
    public IReadOnlyList<LockStatus> Locks { get; init => field = value ?? []; } = [];

    /// <summary>Appends the values, with what the lists contain.</summary>
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Member(nameof(Address), Address);
        builder.Member(nameof(ProcessId), ProcessId);
        builder.Member(nameof(Channels), Channels);
        builder.Member(nameof(Locks), Locks);
        return true;
    }
}
