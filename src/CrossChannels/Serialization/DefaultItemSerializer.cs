using System.Buffers;

namespace CrossChannels.Serialization;

/// <summary>What a channel uses whose settings name no serializer.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class DefaultItemSerializer<T> : IItemSerializer<T>
{
    private readonly ItemCodec<T> _codec = ItemCodec.Create(new ItemOptions<T>());

    /// <inheritdoc/>
    public string ContentType => _codec.Contract.ContentType;

    /// <inheritdoc/>
    public void Serialize(T item, IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(item);
        _codec.Encode(item, writer);
    }

    /// <inheritdoc/>
    public T Deserialize(in ReadOnlySequence<byte> bytes) => _codec.Decode(bytes.IsSingleSegment ? bytes.First : bytes.ToArray());
}
