namespace CrossChannels;

/// <summary>How a lock of a hub is, at one moment.</summary>
/// <remarks>One of another version may lack members: a list is never null.</remarks>
/// <param name="Name">What follows <c>#</c> in its address; empty for the only one.</param>
public sealed record LockStatus(string Name) : HubObjectStatus(Name)
{
    /// <summary>Who holds it; null if it is free.</summary>
    public PeerStatus? Holder { get; init; }

    /// <summary>The token of the last hold that was given; 0 before the first.</summary>
    public long FencingToken { get; init; }

    /// <summary>The next to get it will be told that the one before left without releasing it.</summary>
    public bool IsAbandoned { get; init; }

    /// <summary>Those that wait for it, one entry a request, the next to get it first.</summary>
    public IReadOnlyList<PeerStatus> Waiters { get; init => field = value ?? []; } = [];
}
