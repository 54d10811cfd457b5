using System.Buffers;

namespace CrossChannels;

/// <summary>Turns items into bytes and back. Called from any thread, never under a lock, never with a null item.</summary>
/// <typeparam name="T">The item type.</typeparam>
public interface IItemSerializer<T>
{
    /// <summary>Names the format at the greeting, as <c>json</c> does; both ends must agree on it.</summary>
    string ContentType { get; }

    /// <summary>Writes one item. What it throws reaches the caller of the write, and nothing is sent.</summary>
    void Serialize(T item, IBufferWriter<byte> writer);

    /// <summary>Reads one item. What it throws reaches the reader as <see cref="ItemUnreadableException"/>.</summary>
    /// <param name="bytes">Exactly what <see cref="Serialize"/> wrote; valid during the call only.</param>
    T Deserialize(in ReadOnlySequence<byte> bytes);
}
