namespace CrossChannels.Links;

/// <summary>Where a link's bytes come from.</summary>
internal abstract class LinkInput
{
    /// <summary>Reads at least one byte; 0 means that the peer sends nothing more. One read at a time.</summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> destination);

    /// <summary>Ends a pending read and every later one.</summary>
    public abstract ValueTask CloseAsync();
}

/// <summary>Where a link's bytes go.</summary>
internal abstract class LinkOutput
{
    /// <summary>Whether closing ends a write that is under way, so that memory of a caller's may be lent to it.</summary>
    public abstract bool EndsWritesOnClose { get; }

    /// <summary>Writes all bytes and passes them on. Does not block; one write at a time; the memory is free again when it is done.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Tells the peer that nothing more comes, where the transport can, and ends every later write.</summary>
    public abstract ValueTask CloseAsync();
}
