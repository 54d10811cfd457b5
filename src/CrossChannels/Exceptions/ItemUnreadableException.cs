namespace CrossChannels;

/// <summary>One item arrived and could not be deserialized. A read has consumed it, a peek has not; the channel lives.</summary>
public sealed class ItemUnreadableException : IOException
{
    /// <summary>Creates the exception.</summary>
    public ItemUnreadableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>When several items were read at once: how many before this one are in the destination.</summary>
    public int PrecedingCount { get; init; }
}
