using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace CrossChannels.Serialization;

/// <summary>The fields of a struct, down to those that are of a <see cref="RawKind"/>.</summary>
internal sealed class RawFields
{
    private readonly StringBuilder _text = new();

    private RawFields()
    {
    }

    /// <summary>Kinds and names, in the order of the bytes.</summary>
    public string Text => _text.ToString();

    /// <summary>The sum of the sizes: less than the type's where it has padding, or fields that cannot be seen.</summary>
    public int Size { get; private set; }

    /// <summary>The numbers, dates and the like, in order.</summary>
    public List<RawSlot> Slots { get; } = [];

    /// <summary>Whether order and kinds are known: no automatic or explicit layout, no type of another size elsewhere.</summary>
    public bool IsExact { get; private set; } = true;

    /// <summary>Where the first pointer is, if there is one.</summary>
    public string? PointerPath { get; private set; }

    /// <summary>Walks a type.</summary>
    public static RawFields Of(Type type)
    {
        var fields = new RawFields();
        fields.Add(type, ContractName.Display(type), []);
        return fields;
    }

    private void Add(Type type, string where, FieldInfo[]? path)
    {
        if (RawKind.Find(type) is { } kind)
        {
            _text.Append(kind.Code);
            Slots.Add(new RawSlot(Size, kind, path));
            Size += kind.Size;
        }
        else if (type.IsPointer || type.IsFunctionPointer || type == typeof(nint) || type == typeof(nuint))
        {
            IsExact = false;
            _text.Append(type == typeof(nint) ? "iptr" : type == typeof(nuint) ? "uptr" : "pointer");
            if (type.IsPointer || type.IsFunctionPointer)
                PointerPath ??= where;
        }
        else
        {
            AddStruct(type, where, path);
        }
    }

    private void AddStruct(Type type, string where, FieldInfo[]? path)
    {
        IsExact &= type.IsLayoutSequential;
        _text.Append(type.IsExplicitLayout ? "explicit{" : type.IsAutoLayout ? "auto{" : "{");
        FieldInfo[] all = InstanceFields(type);
        for (int i = 0; i < all.Length; i++)
        {
            if (i > 0)
                _text.Append(',');
            if (type.IsExplicitLayout)
                _text.Append(all[i].GetCustomAttribute<FieldOffsetAttribute>()?.Value).Append('@');
            AddField(all[i], $"{where}.{NameOf(all[i])}", path is null ? null : [.. path, all[i]]);
        }

        // The runtime gives a struct without fields one byte.
        if (all.Length == 0)
            Size++;
        _text.Append('}');
    }

    private void AddField(FieldInfo field, string where, FieldInfo[]? path)
    {
        if (field.GetCustomAttribute<FixedBufferAttribute>() is { } buffer)
            AddElements(buffer.ElementType, buffer.Length, where, path is null ? null : [.. path, .. InstanceFields(field.FieldType)]);
        else if (field.DeclaringType!.GetCustomAttribute<InlineArrayAttribute>() is { } inline)
            AddElements(field.FieldType, inline.Length, where, path);
        else
            Add(field.FieldType, where, path);

        _text.Append(' ').Append(NameOf(field));
    }

    private void AddElements(Type type, int length, string where, FieldInfo[]? path)
    {
        int textLength = _text.Length;
        Add(type, where, path);
        if (RawKind.Find(type) is { IsChecked: false } kind)
        {
            Size += kind.Size * (length - 1);
        }
        else
        {
            for (int i = 1; i < length; i++)
            {
                _text.Length = textLength;
                Add(type, where, path: null);
            }
        }

        _text.Append('[').Append(length).Append(']');
    }

    // An automatic property is known by its own name, so that it may become a field.
    private static string NameOf(FieldInfo field) =>
        field.Name.StartsWith('<') && field.Name.IndexOf('>', StringComparison.Ordinal) is > 1 and var end
            ? field.Name[1..end]
            : field.Name;

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2070",
        Justification = "A field that trimming has taken from view makes Size smaller than the type, and the type is then not sent " +
            "as its bytes.")]
    private static FieldInfo[] InstanceFields(Type type)
    {
        FieldInfo[] fields = type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        if (fields.All(field => field.HasMetadataToken()))
            Array.Sort(fields, (left, right) => left.MetadataToken.CompareTo(right.MetadataToken));
        return fields;
    }
}

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
