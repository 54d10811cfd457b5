using System.Buffers;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>Items as JSON under metadata of the user's.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class JsonItemSerializer<T>(JsonTypeInfo<T> typeInfo) : IItemSerializer<T>
{
    /// <summary>The metadata.</summary>
    public JsonTypeInfo<T> TypeInfo => typeInfo;

    /// <inheritdoc/>
    public string ContentType => ItemContract.Json;

    /// <inheritdoc/>
    public void Serialize(T item, IBufferWriter<byte> writer) => JsonBytes.Write(writer, item, typeInfo);

    /// <inheritdoc/>
    public T Deserialize(in ReadOnlySequence<byte> bytes) =>
        JsonBytes.Read(bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray(), typeInfo);
}
