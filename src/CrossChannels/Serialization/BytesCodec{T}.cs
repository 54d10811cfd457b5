using System.Buffers;

namespace CrossChannels.Serialization;

/// <summary>One form of bytes. What is read is the reader's own memory.</summary>
/// <typeparam name="T">An array, a memory or an owner of memory.</typeparam>
internal sealed class BytesCodec<T>(string? contractName, Func<T, ReadOnlyMemory<byte>> view, Func<ReadOnlyMemory<byte>, T> copy)
    : ItemCodec<T>
{
    /// <inheritdoc/>
    public override ItemContract Contract { get; } =
        new(ItemContract.Bytes, ContractName.Of(typeof(byte[]), contractName), 0, string.Empty);

    /// <inheritdoc/>
    public override void Encode(T item, IBufferWriter<byte> writer) => writer.Write(view(item).Span);

    /// <inheritdoc/>
    public override bool TryGetBytes(T item, out ReadOnlyMemory<byte> bytes)
    {
        bytes = view(item);
        return true;
    }

    /// <inheritdoc/>
    public override T Decode(ReadOnlyMemory<byte> bytes) => copy(bytes);
}
