namespace CrossChannels;

/// <summary>
/// Makes the serializers of items whose options name none, for a process (<see cref="ItemSerializer.UseFactory{TFactory}"/>) or for the channels of a
/// hub (<see cref="HubOptions.Serializers"/>). Called on any thread.
/// </summary>
/// <remarks>It is asked for what would be JSON. Numbers, text, bytes and structs that travel as their bytes stay as they are.</remarks>
public abstract class ItemSerializerFactory
{
    /// <summary>Makes the serializer of one item type, or returns <see langword="null"/>, which leaves it to the default.</summary>
    /// <typeparam name="T">The item type.</typeparam>
    public abstract IItemSerializer<T>? Create<T>();
}
