using System.Buffers;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>The serializer of a channel whose options name none.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class DefaultItemSerializer<T> : IItemSerializer<T>
{
    private readonly ItemCodec<T> _codec = ItemCodec.Create(new ItemOptions<T>());

    public string ContentType => _codec.Contract.ContentType;

    public void Serialize(T item, IBufferWriter<byte> writer)
    {
        ArgumentNullException.ThrowIfNull(item);
        _codec.Encode(item, writer);
    }

    public T Deserialize(in ReadOnlySequence<byte> bytes) => _codec.Decode(bytes.IsSingleSegment ? bytes.First : bytes.ToArray());
}

/// <summary>Items as JSON under metadata of the user's.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class JsonItemSerializer<T>(JsonTypeInfo<T> typeInfo) : IItemSerializer<T>
{
    /// <summary>The metadata.</summary>
    public JsonTypeInfo<T> TypeInfo => typeInfo;

    public string ContentType => ItemContract.Json;

    public void Serialize(T item, IBufferWriter<byte> writer) => JsonBytes.Write(writer, item, typeInfo);

    public T Deserialize(in ReadOnlySequence<byte> bytes) =>
        JsonBytes.Read(bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray(), typeInfo);
}

/// <summary>Marks a serializer whose items are their own bytes, so that the channel need not call it.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal interface IRawSerializer<T>
{
    /// <summary>The codec to use instead.</summary>
    RawCodec<T> CreateCodec(string? contractName);
}

/// <summary>Items as their own bytes because the user says so.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class UnmanagedItemSerializer<T> : IItemSerializer<T>, IRawSerializer<T>
    where T : unmanaged
{
    private readonly RawLayout _layout = RawLayout.Describe<T>();
    private readonly RawCodec<T> _codec;

    public UnmanagedItemSerializer() => _codec = CreateCodec(null);

    public string ContentType => ItemContract.Raw;

    public RawCodec<T> CreateCodec(string? contractName) => new(_layout, contractName);

    public void Serialize(T item, IBufferWriter<byte> writer) => _codec.Encode(item, writer);

    public T Deserialize(in ReadOnlySequence<byte> bytes) => _codec.Decode(bytes.IsSingleSegment ? bytes.First : bytes.ToArray());
}
