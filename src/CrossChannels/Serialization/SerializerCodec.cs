using System.Buffers;

namespace CrossChannels.Serialization;

/// <summary>Items through the user's serializer.</summary>
/// <typeparam name="T">The item type.</typeparam>
internal sealed class SerializerCodec<T> : ItemCodec<T>
{
    private readonly IItemSerializer<T> _serializer;

    public SerializerCodec(IItemSerializer<T> serializer, string? contractName)
    {
        string contentType = ContractText.Check(serializer.ContentType, nameof(serializer.ContentType));
        Contract = new ItemContract(ContractText.Fit(contentType), ContractName.Of(typeof(T), contractName), 0, "");
        if (Contract.IsNone)
            throw new ArgumentException($"The content type \"{contentType}\" stands for a direction without items.", nameof(serializer));
        _serializer = serializer;
    }

    public override ItemContract Contract { get; }

    public override void Encode(T item, IBufferWriter<byte> writer) => _serializer.Serialize(item, writer);

    public override T Decode(ReadOnlyMemory<byte> bytes) => _serializer.Deserialize(new ReadOnlySequence<byte>(bytes));
}
