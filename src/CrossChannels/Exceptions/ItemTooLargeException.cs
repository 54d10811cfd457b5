namespace CrossChannels;

/// <summary>One item is larger than the reader, or this end's own options, allow. It was not written, and the channel lives.</summary>
public sealed class ItemTooLargeException : IOException
{
    /// <summary>Creates the exception.</summary>
    public ItemTooLargeException(long size, long limit, string setting)
        : base($"The item has {size:N0} bytes, and {setting} allows {limit:N0}.")
    {
        Size = size;
        Limit = limit;
    }

    /// <summary>Serialized size of the item in bytes.</summary>
    public long Size { get; }

    /// <summary>The limit in bytes.</summary>
    public long Limit { get; }
}
