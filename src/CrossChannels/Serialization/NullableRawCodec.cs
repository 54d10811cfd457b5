using System.Buffers;
using System.Runtime.InteropServices;

namespace CrossChannels.Serialization;

/// <summary>Nullable values as their bytes, with a length, so that the protocol can say null.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
internal sealed class NullableRawCodec<T>(RawKind<T> kind, string? contractName) : ItemCodec<T?>
    where T : unmanaged
{
    /// <inheritdoc/>
    public override ItemContract Contract { get; } =
        new(ItemContract.Raw, ContractName.Of(typeof(T?), contractName), 0, RawLayout.Prefix + kind.Code);

    /// <inheritdoc/>
    public override void Encode(T? item, IBufferWriter<byte> writer)
    {
        MemoryMarshal.Write(writer.GetSpan(kind.Size), item.GetValueOrDefault());
        writer.Advance(kind.Size);
    }

    /// <inheritdoc/>
    public override T? Decode(ReadOnlyMemory<byte> bytes)
    {
        RawLayout.CheckLength(typeof(T), kind.Size, bytes.Length);
        return kind.IsValid(bytes.Span) ? MemoryMarshal.Read<T>(bytes.Span) : throw RawLayout.NoValue(typeof(T));
    }
}
