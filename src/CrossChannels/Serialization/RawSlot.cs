using System.Reflection;

namespace CrossChannels.Serialization;

/// <summary>One number, date or the like within a struct.</summary>
/// <param name="Offset">Where it should begin.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Path">The fields that lead to it; null for the further elements of an array, which follow the first.</param>
internal sealed record RawSlot(int Offset, RawKind Kind, FieldInfo[]? Path)
{
    /// <summary>Whether a struct with these bytes has its value from where this should be.</summary>
    public bool IsIn(object boxed, ReadOnlySpan<byte> bytes)
    {
        if (Path is null)
            return true;

        object? value = boxed;
        foreach (FieldInfo field in Path)
            value = field.GetValue(value);
        return value is not null && Kind.HasBytes(value, bytes.Slice(Offset, Kind.Size));
    }
}
