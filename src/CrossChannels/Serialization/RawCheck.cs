namespace CrossChannels.Serialization;

/// <summary>A place within an item whose bytes must be a value of their kind.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Kind">What stands there.</param>
internal readonly record struct RawCheck(int Offset, RawKind Kind)
{
    /// <summary>Whether the item has a value there.</summary>
    public bool Passes(ReadOnlySpan<byte> item) => Kind.IsValid(item.Slice(Offset, Kind.Size));
}
