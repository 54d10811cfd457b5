using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CrossChannels.Serialization;

/// <summary>The serializers that this process may use for ends that it opens from tickets: a ticket names a format, and never a type to load.</summary>
internal static class SerializerRegistry
{
    private static readonly ConcurrentDictionary<(Type Item, string ContentType), object> s_all = new();

    // What a parent made its worker create, under its own type: its item types are known when a ticket asks.
    private static readonly ConcurrentDictionary<Type, object> s_ofParent = new();

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
            if (Type.GetType(typeName) is { } type && Array.Exists(type.GetInterfaces(), IsSerializer))
            {
                if (!s_ofParent.ContainsKey(type))
                    s_ofParent.TryAdd(type, Activator.CreateInstance(type)!);
                return;
            }
        }
        catch (Exception e) when (e is MissingMethodException or IOException or BadImageFormatException)
        {
            throw Missing(e);
        }
        throw Missing(null);

        static bool IsSerializer(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IItemSerializer<>);

        NotSupportedException Missing(Exception? inner) => new(
            $"The items' serializer, {typeName}, cannot be made in this worker. A trimmed or native program must also use it by name somewhere.", inner);
    }
}
