using System.Buffers;
using Nerdbank.MessagePack;
using PolyType;

namespace CrossChannels.MessagePack;

/// <summary>Items as MessagePack, by code that the compiler made for their type: no reflection, in trimmed and native programs as well.</summary>
/// <typeparam name="T">The item type.</typeparam>
/// <remarks>
/// Objects are maps of their members' names, so that members may be added and removed as in JSON; those with <c>[Key]</c> on their members are arrays, to which members may be added at
/// the end. Only the contract's name is compared when ends meet. Bytes from a peer are not trusted: see <see cref="MessagePackItems.Serializer"/>.
/// </remarks>
/// <param name="shape">What the compiler knows of the type.</param>
/// <param name="serializer">Converters and limits. Default: <see cref="MessagePackItems.Serializer"/>. Both ends need one that writes alike.</param>
public class MessagePackItemSerializer<T>(ITypeShape<T> shape, MessagePackSerializer? serializer = null) : IItemSerializer<T>
{
    private readonly ITypeShape<T> _shape = shape ?? throw new ArgumentNullException(nameof(shape));
    private readonly MessagePackSerializer _serializer = serializer ?? MessagePackItems.Serializer;

    /// <inheritdoc/>
    public string ContentType => MessagePackItems.ContentType;

    /// <inheritdoc/>
    public void Serialize(T item, IBufferWriter<byte> writer) => _serializer.Serialize(writer, item, _shape);

    /// <inheritdoc/>
    /// <exception cref="MessagePackSerializationException">The bytes are not one item, or break a limit.</exception>
    public T Deserialize(in ReadOnlySequence<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        T item = _serializer.Deserialize(ref reader, _shape) ?? throw new MessagePackSerializationException($"Nil is not a {typeof(T)}.");
        return reader.End ? item : throw new MessagePackSerializationException($"There is more than one {typeof(T)}.");
    }
}

/// <summary>Items as MessagePack, for <see cref="ItemOptions{T}.UseSerializer{TSerializer}"/>: a worker makes one by this class.</summary>
/// <typeparam name="T">The item type.</typeparam>
/// <typeparam name="TProvider">The item type itself, with <c>[GenerateShape]</c>, or another class, with <c>[GenerateShapeFor&lt;T&gt;]</c>.</typeparam>
public sealed class MessagePackItemSerializer<T, TProvider>() : MessagePackItemSerializer<T>(TProvider.GetTypeShape())
    where TProvider : IShapeable<T>;
