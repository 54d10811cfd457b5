using System.Diagnostics.CodeAnalysis;
using CrossChannels.Serialization;

namespace CrossChannels.Transfer;

/// <summary>What a ticket says of one direction's items.</summary>
/// <param name="ContractName">As the settings say.</param>
/// <param name="MaxItemBytes">As the settings say.</param>
/// <param name="MaxUnreadBytes">As the settings say.</param>
/// <param name="MaxUnsentBytes">As the settings say.</param>
/// <param name="Serializer">The type of the serializer, with its assembly; null for the default.</param>
internal sealed record TransferItems(string? ContractName, int MaxItemBytes, long MaxUnreadBytes, long MaxUnsentBytes, string? Serializer)
{
    /// <exception cref="InvalidOperationException">The serializer cannot be made in another process.</exception>
    public static TransferItems Of<T>(ItemOptions<T> settings) =>
        new(settings.ContractName, settings.MaxItemBytes, settings.MaxUnreadBytes, settings.MaxUnsentBytes, NameOf(settings.Serializer));

    /// <exception cref="NotSupportedException">This program does not have the serializer.</exception>
    public ItemOptions<T> ToSettings<T>() => new()
    {
        ContractName = ContractName,
        MaxItemBytes = MaxItemBytes,
        MaxUnreadBytes = MaxUnreadBytes,
        MaxUnsentBytes = MaxUnsentBytes,
        Serializer = Serializer is null ? null : Make<T>(Serializer),
    };

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A constructor that trimming removed is told as one that is not there.")]
    private static string? NameOf<T>(IItemSerializer<T>? serializer)
    {
        if (serializer is null or DefaultItemSerializer<T>)
            return null;
        Type type = serializer.GetType();
        return type.GetConstructor(Type.EmptyTypes) is not null && type.AssemblyQualifiedName is { } name
            ? name
            : throw new InvalidOperationException(
                $"The serializer {DisplayOf(type)} has no public constructor without parameters, so that the other process cannot make one. " +
                "Use a serializer class of your own with such a constructor, or give the address as a string and open the end there with its settings.");

        static string DisplayOf(Type type) => Serialization.ContractName.Display(type);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = "A type that trimming removed is told as one that is not there.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "A constructor that trimming removed is told as one that is not there.")]
    private static IItemSerializer<T> Make<T>(string name)
    {
        try
        {
            if (Type.GetType(name) is { } type && type.IsAssignableTo(typeof(IItemSerializer<T>)))
                return (IItemSerializer<T>)Activator.CreateInstance(type)!;
        }
        catch (Exception e) when (e is MissingMethodException or IOException or BadImageFormatException)
        {
            throw NotHere(e);
        }
        throw NotHere(null);

        NotSupportedException NotHere(Exception? inner) => new(
            $"The items' serializer, {name}, cannot be made in this process as one of {Serialization.ContractName.Display(typeof(T))}. " +
            "Both processes need it; a trimmed or native program must also use it by name somewhere.", inner);
    }
}
