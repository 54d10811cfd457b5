using System.Buffers;

namespace CrossChannels;

/// <summary>Turns items into bytes and back. Called on any thread, never under a lock, never with a null item.</summary>
/// <typeparam name="T">The item type.</typeparam>
public interface IItemSerializer<T>
{
    /// <summary>The name of the format, such as <c>json</c>; both ends must have the same.</summary>
    string ContentType { get; }

    /// <summary>Writes one item. If it throws, the caller of the write gets the exception, and nothing is sent.</summary>
    void Serialize(T item, IBufferWriter<byte> writer);

    /// <summary>Reads one item. If it throws, the reader gets an <see cref="ItemUnreadableException"/>.</summary>
    /// <param name="bytes">Exactly what <see cref="Serialize"/> wrote; valid during the call only.</param>
    T Deserialize(in ReadOnlySequence<byte> bytes);
}
