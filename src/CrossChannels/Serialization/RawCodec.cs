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

    /// <inheritdoc/>
    public override ItemContract Contract { get; }

    /// <inheritdoc/>
    public override bool IsPlain => _checks.Length == 0;

    /// <inheritdoc/>
    public override void Encode(T item, IBufferWriter<byte> writer)
    {
        Span<byte> span = writer.GetSpan(Unsafe.SizeOf<T>())[..Unsafe.SizeOf<T>()];
        Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(span), item);
        writer.Advance(span.Length);
    }

    /// <inheritdoc/>
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
