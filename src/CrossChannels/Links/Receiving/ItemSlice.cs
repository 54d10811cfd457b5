namespace CrossChannels.Links;

/// <summary>The bytes of one claimed item. Whoever holds it releases it once.</summary>
internal readonly struct ItemSlice(Segment? segment, int offset, int length)
{
    /// <summary>The item is null; it has no bytes.</summary>
    public bool IsNull => segment is null;

    public int Length => length;

    public ReadOnlySpan<byte> Span => segment!.Array.AsSpan(offset, length);

    public Memory<byte> Memory => segment is null ? default : segment.Array.AsMemory(offset, length);

    public void Release() => segment?.Release();
}

/// <summary>Items that stand together in one segment. Whoever holds them releases the segment once.</summary>
internal readonly record struct BatchSlice(Segment Segment, int Offset, int Bytes, int Count);
