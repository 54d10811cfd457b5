namespace CrossChannels.Protocol;

/// <summary>The bits of <see cref="Hello.Features"/>.</summary>
internal static class HelloFeatures
{
    /// <summary>This side can write its items to a lane in shared memory.</summary>
    public const ulong Lanes = 1;

    /// <summary>The descriptor of the lane that this side reads comes with its greeting.</summary>
    public const ulong LaneIsHere = 2;

    /// <summary>This process takes part in fences across processes, and asks for one when it parks at a lane.</summary>
    public const ulong ProcessFence = 4;

    /// <summary>The descriptor of the lane that this side writes comes with its greeting, behind the other: it knows what the other side reads.</summary>
    public const ulong PeerLaneIsHere = 8;
}
