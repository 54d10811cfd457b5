namespace CrossChannels.Links;

/// <summary>Items that stand together in one segment. Whoever holds them releases the segment once.</summary>
internal readonly record struct BatchSlice(Segment Segment, int Offset, int Bytes, int Count);
