namespace CrossChannels;

/// <summary>The item type of a direction that is not used: <c>ListenAsync&lt;NoItem, Job&gt;</c> only reads.</summary>
/// <remarks>Such a direction is over from the start and costs nothing; its other end must be <see cref="NoItem"/> too.</remarks>
public readonly record struct NoItem;
