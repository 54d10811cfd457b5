using System.Buffers;

namespace CrossChannels.Serialization;

/// <summary>Items as their own bytes because the user says so.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class UnmanagedItemSerializer<T> : IItemSerializer<T>, IRawSerializer<T>
    where T : unmanaged
{
    private readonly RawLayout _layout = RawLayout.Describe<T>();
    private readonly RawCodec<T> _codec;

    public UnmanagedItemSerializer() => _codec = CreateCodec(null);

    /// <inheritdoc/>
    public string ContentType => ItemContract.Raw;

    /// <inheritdoc/>
    public RawCodec<T> CreateCodec(string? contractName) => new(_layout, contractName);

    /// <inheritdoc/>
    public void Serialize(T item, IBufferWriter<byte> writer) => _codec.Encode(item, writer);

    /// <inheritdoc/>
    public T Deserialize(in ReadOnlySequence<byte> bytes) => _codec.Decode(bytes.IsSingleSegment ? bytes.First : bytes.ToArray());
}
