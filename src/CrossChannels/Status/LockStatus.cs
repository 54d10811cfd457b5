using System.Text;

namespace CrossChannels;

/// <summary>A snapshot of a lock of a hub.</summary>
/// <remarks>One from an older version may lack values; a list is then empty, never null.</remarks>
/// <param name="Name">What follows <c>#</c> in its address; empty for the only one.</param>
public sealed record LockStatus(string Name) : HubObjectStatus(Name)
{
    /// <summary>Its holder; null if it is free.</summary>
    public PeerStatus? Holder { get; init; }

    /// <summary>The token of the last hold; 0 before the first.</summary>
    public long FencingToken { get; init; }

    /// <summary>Whether the last holder left without releasing it; the next one then finds <see cref="LockHold.WasAbandoned"/>.</summary>
    public bool IsAbandoned { get; init; }

    /// <summary>Those that wait for it, one entry a request, in the order in which they get it.</summary>
    public IReadOnlyList<PeerStatus> Waiters { get; init => field = value ?? []; } = [];

    /// <summary>Appends the values, with what the lists contain.</summary>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Member(nameof(Name), Name);
        builder.Member(nameof(Holder), Holder);
        builder.Member(nameof(FencingToken), FencingToken);
        builder.Member(nameof(IsAbandoned), IsAbandoned);
        builder.Member(nameof(Waiters), Waiters);
        return true;
    }
}
