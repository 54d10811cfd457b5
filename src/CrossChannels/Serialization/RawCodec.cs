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
