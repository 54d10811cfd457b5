namespace CrossChannels.Transfer;

/// <summary>What may be given to another process.</summary>
internal interface IGivenEnd
{
    /// <summary>Where the end comes from, which decides how it is given; null if it never can be.</summary>
    TransferOrigin? Origin { get; }
}
