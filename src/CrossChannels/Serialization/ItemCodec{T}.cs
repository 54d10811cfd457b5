using System.Buffers;

namespace CrossChannels.Serialization;

/// <summary>Moves items to bytes and back. Thread-safe. Never sees a null item: the protocol carries null as a length of -1.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal abstract class ItemCodec<T>
{
    /// <summary>What the other end must agree on.</summary>
    public abstract ItemContract Contract { get; }

    /// <summary>Bytes of every item, which then travels without a length; 0 where each has its own.</summary>
    public int ElementSize => Contract.ElementSize;

    /// <summary>
    /// Whether every pattern of <see cref="ElementSize"/> bytes is an item, so that it may be copied without asking the codec.
    /// </summary>
    public virtual bool IsPlain => false;

    /// <summary>Writes one item: exactly <see cref="ElementSize"/> bytes where that is set. Throws what the serializer throws.</summary>
    public abstract void Encode(T item, IBufferWriter<byte> writer);

    /// <summary>Gives the bytes of an item that is its bytes; they are the item's own memory, not a copy.</summary>
    public virtual bool TryGetBytes(T item, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        return false;
    }

    /// <summary>Reads one item. Throws on bytes that are none.</summary>
    /// <param name="bytes">Valid only during the call.</param>
    public abstract T Decode(ReadOnlyMemory<byte> bytes);
}
