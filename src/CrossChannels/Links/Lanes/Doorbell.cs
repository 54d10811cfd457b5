namespace CrossChannels.Links;

/// <summary>What a doorbell rings for: bits of its value.</summary>
internal static class Doorbell
{
    /// <summary>Items were published on the lane that the receiver of the frame reads.</summary>
    public const long Published = 1;

    /// <summary>Items were taken from the lane that the receiver of the frame writes.</summary>
    public const long Taken = 2;
}
