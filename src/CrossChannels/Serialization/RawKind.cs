using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace CrossChannels.Serialization;

/// <summary>A type of the base class library that travels as its own bytes, with a check where not all bytes are a value.</summary>
internal abstract class RawKind(Type type, string code, int size)
{
    private const int DecimalSignAndScale = unchecked((int)0x80FF0000);
    private const ulong DateTimeTicks = 0x3FFF_FFFF_FFFF_FFFF;

    private static readonly FrozenDictionary<Type, RawKind> s_kinds = All().ToFrozenDictionary(kind => kind.Type);

    /// <summary>The type.</summary>
    public Type Type => type;

    /// <summary>Its short name in a layout; part of the protocol.</summary>
    public string Code => code;

    /// <summary>Its bytes.</summary>
    public int Size => size;

    /// <summary>Whether some bytes are not a valid value.</summary>
    public abstract bool IsChecked { get; }

    /// <summary>Whether <see cref="Size"/> bytes are a value.</summary>
    public abstract bool IsValid(ReadOnlySpan<byte> bytes);

    /// <summary>Whether a boxed value has exactly these bytes.</summary>
    public abstract bool HasBytes(object boxed, ReadOnlySpan<byte> bytes);

    /// <summary>An <c>ItemCodec</c> of the nullable type.</summary>
    public abstract object CreateNullableCodec(string? contractName);

    /// <summary>The kind of a type, of an enum that of its numbers; null for every other type.</summary>
    public static RawKind? Find(Type type) =>
        s_kinds.GetValueOrDefault(type.IsEnum ? Enum.GetUnderlyingType(type) : type);

    private static IEnumerable<RawKind> All() =>
    [
        new RawKind<bool>("bool", static bytes => bytes[0] <= 1),
        new RawKind<byte>("u1"),
        new RawKind<sbyte>("i1"),
        new RawKind<ushort>("u2"),
        new RawKind<short>("i2"),
        new RawKind<uint>("u4"),
        new RawKind<int>("i4"),
        new RawKind<ulong>("u8"),
        new RawKind<long>("i8"),
        new RawKind<UInt128>("u16"),
        new RawKind<Int128>("i16"),
        new RawKind<char>("char"),
        new RawKind<Half>("f2"),
        new RawKind<float>("f4"),
        new RawKind<double>("f8"),
        new RawKind<decimal>("decimal", IsDecimal),
        new RawKind<Guid>("guid"),
        new RawKind<DateTime>("datetime", static bytes => (Read<ulong>(bytes) & DateTimeTicks) <= (ulong)DateTime.MaxValue.Ticks),
        new RawKind<TimeSpan>("timespan"),
        new RawKind<DateOnly>("date", static bytes => Read<uint>(bytes) <= (uint)DateOnly.MaxValue.DayNumber),
        new RawKind<TimeOnly>("time", static bytes => Read<ulong>(bytes) <= (ulong)TimeOnly.MaxValue.Ticks),
        new RawKind<Rune>("rune", static bytes => Rune.IsValid(Read<uint>(bytes))),
        new RawKind<Index>("index"),
        new RawKind<Range>("range"),
    ];

    // The first of its 16 bytes are sign and scale.
    private static bool IsDecimal(ReadOnlySpan<byte> bytes)
    {
        int flags = Read<int>(bytes);
        return (flags & ~DecimalSignAndScale) == 0 && ((flags >> 16) & 0xFF) <= 28;
    }

    private static TNumber Read<TNumber>(ReadOnlySpan<byte> bytes)
        where TNumber : unmanaged => MemoryMarshal.Read<TNumber>(bytes);
}

/// <summary>A <see cref="RawKind"/> with its type.</summary>
/// <typeparam name="T">The type.</typeparam>
internal sealed class RawKind<T>(string code, RawKind<T>.Check? check = null) : RawKind(typeof(T), code, Unsafe.SizeOf<T>())
    where T : unmanaged
{
    /// <summary>Whether bytes are a value.</summary>
    public delegate bool Check(ReadOnlySpan<byte> bytes);

    public override bool IsChecked => check is not null;

    public override bool IsValid(ReadOnlySpan<byte> bytes) => check is null || check(bytes);

    public override bool HasBytes(object boxed, ReadOnlySpan<byte> bytes)
    {
        T value = Unsafe.Unbox<T>(boxed);
        return MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).SequenceEqual(bytes);
    }

    public override object CreateNullableCodec(string? contractName) => new NullableRawCodec<T>(this, contractName);
}
