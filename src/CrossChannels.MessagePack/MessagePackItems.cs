using Nerdbank.MessagePack;
using PolyType;

namespace CrossChannels.MessagePack;

/// <summary>Sets MessagePack as the form of items.</summary>
public static class MessagePackItems
{
    /// <summary>What contracts call the form.</summary>
    internal const string ContentType = "msgpack";

    /// <summary>
    /// The serializer of items: at most 64 levels deep, as JSON is; lengths are compared with the bytes that are there before memory is taken for them; cases of a union that are not
    /// declared are errors; no type is loaded by its name.
    /// </summary>
    public static MessagePackSerializer Serializer { get; } = new() { StartingContext = new SerializationContext { MaxDepth = 64 } };

    /// <summary>The same options with MessagePack, for a type with <c>[GenerateShape]</c>.</summary>
    public static ItemOptions<T> UseMessagePack<T>(this ItemOptions<T> items)
        where T : IShapeable<T> => UseMessagePack<T, T>(items);

    /// <summary>The same options with MessagePack, for a type whose shape another class has, by <c>[GenerateShapeFor&lt;T&gt;]</c>.</summary>
    public static ItemOptions<T> UseMessagePack<T, TProvider>(this ItemOptions<T> items)
        where TProvider : IShapeable<T>
    {
        ArgumentNullException.ThrowIfNull(items);
        return items.UseSerializer<MessagePackItemSerializer<T, TProvider>>();
    }
}

/// <summary>
/// MessagePack as the form of all items of a process or a hub whose types the provider knows. Derive a class with a constructor without parameters, and name it:
/// <c>ItemSerializer.UseFactory&lt;MySerializers&gt;()</c>.
/// </summary>
/// <param name="shapes">What the compiler knows of the types, as <c>Witness.GeneratedTypeShapeProvider</c>.</param>
public class MessagePackSerializerFactory(ITypeShapeProvider shapes) : ItemSerializerFactory
{
    private readonly ITypeShapeProvider _shapes = shapes ?? throw new ArgumentNullException(nameof(shapes));

    /// <inheritdoc/>
    public override IItemSerializer<T>? Create<T>() => _shapes.GetTypeShape(typeof(T)) is ITypeShape<T> shape ? new MessagePackItemSerializer<T>(shape) : null;
}
