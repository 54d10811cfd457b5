using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CrossChannels.Serialization;

/// <summary>Items as their own bytes.</summary>
/// <typeparam name="T">A type without references.</typeparam>
internal sealed class RawCodec<T> : ItemCodec<T>
{
    private readonly RawCheck[] _checks;

    public RawCodec(RawLayout layout, string? contractName)
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
            throw new ArgumentException($"{ContractName.Display(typeof(T))} contains references.", nameof(layout));

        _checks = layout.Checks;
        Contract = new ItemContract(ItemContract.Raw, ContractName.Of(typeof(T), contractName), Unsafe.SizeOf<T>(), layout.Text);
    }

    public override ItemContract Contract { get; }

    public override bool IsPlain => _checks.Length == 0;

    public override void Encode(T item, IBufferWriter<byte> writer)
    {
        Span<byte> span = writer.GetSpan(Unsafe.SizeOf<T>())[..Unsafe.SizeOf<T>()];
        Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(span), item);
        writer.Advance(span.Length);
    }

    public override T Decode(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        RawLayout.CheckLength(typeof(T), Unsafe.SizeOf<T>(), span.Length);
        foreach (RawCheck check in _checks)
        {
            if (!check.Passes(span))
                throw RawLayout.NoValue(check.Kind.Type);
        }

        return Unsafe.ReadUnaligned<T>(ref MemoryMarshal.GetReference(span));
    }
}

/// <summary>Nullable values as their bytes, with a length, so that the protocol can say null.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
internal sealed class NullableRawCodec<T>(RawKind<T> kind, string? contractName) : ItemCodec<T?>
    where T : unmanaged
{
    public override ItemContract Contract { get; } =
        new(ItemContract.Raw, ContractName.Of(typeof(T?), contractName), 0, RawLayout.Prefix + kind.Code);

    public override void Encode(T? item, IBufferWriter<byte> writer)
    {
        MemoryMarshal.Write(writer.GetSpan(kind.Size), item.GetValueOrDefault());
        writer.Advance(kind.Size);
    }

    public override T? Decode(ReadOnlyMemory<byte> bytes)
    {
        RawLayout.CheckLength(typeof(T), kind.Size, bytes.Length);
        return kind.IsValid(bytes.Span) ? MemoryMarshal.Read<T>(bytes.Span) : throw RawLayout.NoValue(typeof(T));
    }
}

/// <summary>How the bytes of a type lie, for both ends to compare.</summary>
/// <param name="Text">Byte order, then the kind or the fields: <c>le:i8</c>, <c>le:{i4 Id,f8 Price}</c>; <c>le:?</c> where fields
/// cannot be seen.</param>
/// <param name="Checks">The places that a peer could fill with an invalid value.</param>
internal sealed record RawLayout(string Text, RawCheck[] Checks)
{
    private const string UnseenFields = "?";

    /// <summary>What every layout of this machine begins with: its byte order.</summary>
    public static string Prefix => BitConverter.IsLittleEndian ? "le:" : "be:";

    /// <summary>
    /// The layout of a type that may travel as its bytes: no references, no padding, every byte accounted for. Else null.
    /// </summary>
    /// <exception cref="NotSupportedException">The type contains a pointer.</exception>
    public static RawLayout? Find<T>()
    {
        if (RawKind.Find(typeof(T)) is { } kind)
            return new RawLayout(Prefix + kind.Code, kind.IsChecked ? [new RawCheck(0, kind)] : []);

        RawFields fields = RawFields.Of(typeof(T));
        if (fields.PointerPath is { } path)
            throw new NotSupportedException($"{path} is a pointer, which means nothing in another process. Send what it points to, " +
                "for example as byte[].");

        // Without metadata, as under native AOT, a struct of one byte looks the same as one without fields.
        bool seen = fields.Slots.Count > 0 || RuntimeFeature.IsDynamicCodeSupported;
        if (!fields.IsExact || !seen || fields.Size != Unsafe.SizeOf<T>() || !IsWhereExpected<T>(fields))
            return null;

        return new RawLayout(
            TextOf(fields),
            [.. fields.Slots.Where(slot => slot.Kind.IsChecked).Select(slot => new RawCheck(slot.Offset, slot.Kind))]);
    }

    /// <summary>The layout of a type that its user declares safe to send.</summary>
    public static RawLayout Describe<T>()
        where T : unmanaged
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return RawKind.Find(typeof(T)) is not null ? Find<T>()! : new RawLayout(Prefix + UnseenFields, []);

        RawFields fields = RawFields.Of(typeof(T));
        return (fields.PointerPath is null ? Find<T>() : null) ?? new RawLayout(TextOf(fields), []);
    }

    /// <summary>Whether two layouts are the same as far as both can be seen.</summary>
    public static bool Agree(string left, string right)
    {
        if (string.Equals(left, right, StringComparison.Ordinal))
            return true;

        int colon = left.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0
            && right.StartsWith(left[..(colon + 1)], StringComparison.Ordinal)
            && (left.AsSpan(colon + 1).SequenceEqual(UnseenFields) || right.AsSpan(colon + 1).SequenceEqual(UnseenFields));
    }

    /// <summary>Whether a layout says more than the type's name does.</summary>
    public static bool IsOfFields(string text) => text.AsSpan().IndexOfAny('{', '#') >= 0;

    /// <summary>Throws where the bytes of an item are not as many as the type has.</summary>
    public static void CheckLength(Type type, int expected, int actual)
    {
        if (actual != expected)
            throw new FormatException($"{ContractName.Display(type)} has {expected} bytes, not {actual}.");
    }

    /// <summary>The error for bytes that are not a valid value of the type.</summary>
    public static FormatException NoValue(Type type) => new($"The bytes are not a valid {ContractName.Display(type)}.");

    private static string TextOf(RawFields fields)
    {
        string text = Prefix + fields.Text;
        return text.Length <= ContractText.MaxBytes && ContractText.Fit(text) == text ? text : $"{Prefix}#{ContractText.Hash(fields.Text)}";
    }

    // The runtime may move the fields of a struct that contains one of automatic layout, so each is looked up where it should be.
    private static bool IsWhereExpected<T>(RawFields fields)
    {
        byte[] pattern = new byte[Unsafe.SizeOf<T>()];
        for (int i = 0; i < pattern.Length; i++)
            pattern[i] = (byte)((i * 151) + (i >> 8) + 1);

        object boxed = Unsafe.ReadUnaligned<T>(ref MemoryMarshal.GetArrayDataReference(pattern))!;
        return fields.Slots.All(slot => slot.IsIn(boxed, pattern));
    }
}

/// <summary>A place within an item whose bytes must be a value of their kind.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Kind">What stands there.</param>
internal readonly record struct RawCheck(int Offset, RawKind Kind)
{
    /// <summary>Whether the item has a value there.</summary>
    public bool Passes(ReadOnlySpan<byte> item) => Kind.IsValid(item.Slice(Offset, Kind.Size));
}
