namespace CrossChannels.Links;

/// <summary>Where a link's bytes come from.</summary>
internal abstract class LinkInput
{
    /// <summary>Reads at least one byte; 0 means that the peer sends nothing more. One read at a time.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> destination);

    /// <summary>Ends a pending read and every later one.</summary>
    public abstract ValueTask CloseAsync();
}
