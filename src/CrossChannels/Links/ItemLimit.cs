namespace CrossChannels.Links;

/// <summary>The largest item that may be written: what this end's settings allow, and what the reader's do once they are known.</summary>
internal struct ItemLimit(int ownMaxBytes)
{
    /// <summary>The reader's limit in bytes; none before it has greeted.</summary>
    public int ReaderMaxBytes { get; set; } = int.MaxValue;

    /// <returns>What to throw for an item of so many bytes; null if it may be written.</returns>
    public readonly ItemTooLargeException? Check(int bytes)
    {
        if (bytes > ownMaxBytes)
            return new ItemTooLargeException(bytes, ownMaxBytes, "this end's MaxItemBytes");
        return bytes > ReaderMaxBytes ? new ItemTooLargeException(bytes, ReaderMaxBytes, "the reader's MaxItemBytes") : null;
    }
}
