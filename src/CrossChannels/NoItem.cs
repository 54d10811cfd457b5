namespace CrossChannels;

/// <summary>The item type of a direction that is not used: <c>ConnectAsync&lt;Job, NoItem&gt;</c> only writes.</summary>
/// <remarks>Such a direction is over from the start and costs nothing; its other end must be <see cref="NoItem"/> too.</remarks>
public readonly record struct NoItem;
