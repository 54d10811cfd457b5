using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>Makes JSON throw where it would write a dictionary or a set without its comparer.</summary>
internal static class JsonComparers
{
    private const string Kept = "The properties of the framework's collections are kept, see PropertyOf; those of other classes are in use, or not there.";

    private static readonly string[] s_names = ["Comparer", "KeyComparer"];
    private static readonly ConcurrentDictionary<Type, PropertyInfo?> s_properties = new();

    [ThreadStatic]
    private static object? s_populated;

    /// <summary>Whether instances of the type may have a comparer.</summary>
    public static bool MayHave(JsonTypeInfo info) => info.Kind switch
    {
        JsonTypeInfoKind.Dictionary => true,
        JsonTypeInfoKind.Enumerable => info.Type.IsInterface || PropertyOf(info.Type) is not null,
        _ => false,
    };

    /// <summary>A modifier of metadata: adds the check where it is needed.</summary>
    public static void Apply(JsonTypeInfo info)
    {
        if (MayHave(info))
        {
            Action<object>? then = info.OnSerializing;
            info.OnSerializing = item =>
            {
                bool isPopulated = ReferenceEquals(s_populated, item);
                s_populated = null;
                if (!isPopulated)
                    Check(item);
                then?.Invoke(item);
            };
        }

        // A collection that the reader only fills is made by its own constructor, at both ends with the same comparer.
        foreach (JsonPropertyInfo property in info.Properties)
        {
            if (property.ObjectCreationHandling == JsonObjectCreationHandling.Populate
                && property.Get is { } get)
            {
                property.Get = owner => s_populated = get(owner);
            }
        }
    }

    /// <summary>Throws if the collection has a comparer that is not the default one.</summary>
    /// <exception cref="NotSupportedException">It has.</exception>
    public static void Check(object item)
    {
        if (PropertyOf(item.GetType()) is not { } property || property.GetValue(item) is not { } comparer || IsDefault(comparer, property))
            return;

        throw new NotSupportedException(
            $"The comparer of {ContractName.Display(item.GetType())}, {comparer.GetType().Name}, does not cross: at the reader the " +
            "collection would have the default one, and find other keys. Use the default comparer, send the elements as a list, or let " +
            "the member make its own collection: { get; } = new(comparer), marked with [JsonObjectCreationHandling(Populate)].");
    }

    private static bool IsDefault(object comparer, PropertyInfo property)
    {
        Type compared = property.PropertyType.GetGenericArguments()[0];
        bool isOrder = property.PropertyType.GetGenericTypeDefinition() == typeof(IComparer<>);

        // Strings are equal by their characters, and so they are by default.
        if (!isOrder && ReferenceEquals(comparer, StringComparer.Ordinal))
            return true;
        return comparer.GetType() == DefaultOf(compared, isOrder)?.GetType();
    }

    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = Kept)]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Kept)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Not reached in native programs: see PropertyOf.")]
    [DynamicDependency("Default", typeof(Comparer<>))]
    [DynamicDependency("Default", typeof(EqualityComparer<>))]
    private static object? DefaultOf(Type compared, bool isOrder)
    {
        Type type = (isOrder ? typeof(Comparer<>) : typeof(EqualityComparer<>)).MakeGenericType(compared);
        return type.GetProperty("Default", BindingFlags.Static | BindingFlags.Public)?.GetValue(null);
    }

    /// <remarks>
    /// Native code has no getter of a generic class that is called nowhere, for every type argument; there comparers are not looked at, as docs/publishing.md says.
    /// </remarks>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Kept)]
    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = Kept)]
    [DynamicDependency("Comparer", typeof(Dictionary<,>))]
    [DynamicDependency("Comparer", typeof(HashSet<>))]
    [DynamicDependency("Comparer", typeof(SortedDictionary<,>))]
    [DynamicDependency("Comparer", typeof(SortedList<,>))]
    [DynamicDependency("Comparer", typeof(SortedSet<>))]
    [DynamicDependency("Comparer", typeof(ConcurrentDictionary<,>))]
    private static PropertyInfo? PropertyOf(Type type) => !RuntimeFeature.IsDynamicCodeSupported ? null : s_properties.GetOrAdd(type, static type =>
        s_names
            .Select(name => type.GetProperty(name, BindingFlags.Instance | BindingFlags.Public))
            .FirstOrDefault(property => property?.PropertyType is { IsGenericType: true } comparer
                && (comparer.GetGenericTypeDefinition() == typeof(IComparer<>)
                    || comparer.GetGenericTypeDefinition() == typeof(IEqualityComparer<>))));
}
