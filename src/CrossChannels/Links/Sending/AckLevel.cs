namespace CrossChannels.Links;

/// <summary>How far accepted items must have got.</summary>
internal enum AckLevel
{
    /// <summary>They are in the memory of the peer process.</summary>
    Received,

    /// <summary>A reader has taken them, or at a hub settled them.</summary>
    Processed,
}
