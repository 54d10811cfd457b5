using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CrossChannels.Serialization;

/// <summary>
/// What this process serializes with by default, and the serializers that it may use for ends that it opens from tickets: a ticket names a format, and never a type
/// to load.
/// </summary>
internal static class SerializerRegistry
{
    private static DefaultFactory? s_factory;

    private static readonly ConcurrentDictionary<(Type Item, string ContentType), object> s_all = new();

    // What a parent made its worker create, under its own type: its item types are known when a ticket asks.
    private static readonly ConcurrentDictionary<Type, object> s_ofParent = new();

    /// <summary>Makes the serializers of items whose options name none; null for the built-in ones.</summary>
    public static ItemSerializerFactory? Factory => Volatile.Read(ref s_factory)?.Factory;

    /// <summary>What a worker makes the factory by; null if there is none.</summary>
    public static string? FactoryName => Volatile.Read(ref s_factory)?.Name;

    /// <summary>Sets the factory; the same one may be set again.</summary>
    /// <exception cref="InvalidOperationException">There is another one, under which channels may have been made.</exception>
    public static void Use(SerializerMaker maker)
    {
        var used = new DefaultFactory((ItemSerializerFactory)maker.Make(), maker.Name);
        if (Interlocked.CompareExchange(ref s_factory, used, null) is { } other && !string.Equals(other.Name, used.Name, StringComparison.Ordinal))
        {
            throw new InvalidOperationException(
                $"This process serializes with {ContractName.Display(other.Factory.GetType())} already, and {ContractName.Display(used.Factory.GetType())} cannot " +
                "take its place: channels may have been made. Set one factory, at the start of Main.");
        }
    }

    /// <summary>In a worker: sets the factory that its parent has.</summary>
    /// <exception cref="NotSupportedException">This program does not have it.</exception>
    public static void UseFromParent(string makerName) => Use(NamedMaker.Find(makerName) as SerializerMaker ?? throw Missing(makerName, null));

    public static void Add<T>(IItemSerializer<T> serializer) => s_all[(typeof(T), serializer.ContentType)] = serializer;

    public static IItemSerializer<T>? Find<T>(string contentType)
    {
        if (s_all.TryGetValue((typeof(T), contentType), out object? found))
            return (IItemSerializer<T>)found;
        foreach (object serializer in s_ofParent.Values)
        {
            if (serializer is IItemSerializer<T> typed && string.Equals(typed.ContentType, contentType, StringComparison.Ordinal))
                return typed;
        }
        return null;
    }

    /// <summary>In a worker: makes a serializer that its parent, which runs the same program and chose the method to run, names by its type.</summary>
    /// <exception cref="NotSupportedException">This program does not have it.</exception>
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "A type that trimming removed is reported as one that does not exist.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "A constructor that trimming removed is reported as one that does not exist.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "An interface that trimming removed is reported as one that does not exist.")]
    public static void AddFromParent(string typeName)
    {
        try
        {
            if (Type.GetType(typeName) is { } type && (type.IsSubclassOf(typeof(SerializerMaker)) || Array.Exists(type.GetInterfaces(), IsSerializer)))
            {
                if (!s_ofParent.ContainsKey(type))
                    s_ofParent.TryAdd(type, NamedMaker.Find(typeName) is SerializerMaker maker ? maker.Make() : Activator.CreateInstance(type)!);
                return;
            }
        }
        catch (Exception e) when (e is MissingMethodException or IOException or BadImageFormatException)
        {
            throw Missing(typeName, e);
        }
        throw Missing(typeName, null);

        static bool IsSerializer(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IItemSerializer<>);
    }

    private static NotSupportedException Missing(string typeName, Exception? inner) => new(
        $"What the items are serialized with, {typeName}, cannot be made in this worker. Name the serializer's class where the channel is made: " +
        "ItemOptions<T>.UseSerializer<TSerializer>().", inner);

    private sealed record DefaultFactory(ItemSerializerFactory Factory, string Name);
}
