using System.Buffers;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>Items as JSON.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class JsonCodec<T>(JsonTypeInfo<T> typeInfo, string? contractName) : ItemCodec<T>
{
    private readonly bool _isOpen = JsonDerivedGuard.IsOpen(typeInfo);

    /// <inheritdoc/>
    public override ItemContract Contract { get; } =
        new(ItemContract.Json, ContractName.Of(typeof(T), contractName), 0, string.Empty);

    /// <inheritdoc/>
    public override void Encode(T item, IBufferWriter<byte> writer)
    {
        if (_isOpen)
            JsonDerivedGuard.Check(typeof(T), item!);
        JsonBytes.Write(writer, item, typeInfo);
    }

    /// <inheritdoc/>
    public override T Decode(ReadOnlyMemory<byte> bytes) => JsonBytes.Read(bytes.Span, typeInfo);
}
