using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>What JSON does with collections.</summary>
internal static class JsonCollections
{
    private const string NotInUse = "A member that trimming has removed is not in use, so nothing can be lost with it.";

    private static readonly HashSet<Type> s_keys =
    [
        typeof(string), typeof(bool), typeof(char), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long), typeof(ulong), typeof(Int128), typeof(UInt128), typeof(Half), typeof(float), typeof(double), typeof(decimal),
        typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly),
        typeof(Uri), typeof(Version),
    ];

    /// <summary>Whether JSON can write the type as a property's name.</summary>
    public static bool CanBeKey(JsonTypeInfo key) =>
        key.Type.IsEnum || s_keys.Contains(key.Type) || key.Converter.GetType().Assembly != typeof(JsonSerializer).Assembly;

    /// <summary>A public member that a collection class of the user's adds to its elements.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = NotInUse)]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = NotInUse)]
    public static string? LostMember(Type collection)
    {
        for (Type? type = collection; type is not null && !IsOfFramework(type); type = type.BaseType)
        {
            const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly;
            PropertyInfo? property = type.GetProperties(Own).FirstOrDefault(property =>
                property is { GetMethod.IsPublic: true, SetMethod: not null } && property.GetIndexParameters().Length == 0);
            string? member = property?.Name ?? type.GetFields(Own).FirstOrDefault()?.Name;
            if (member is not null)
                return member;
        }

        return null;
    }

    /// <summary>The error of reading an empty collection, which is the same for a full one; null if it can be read.</summary>
    public static Exception? WhyUnreadable(JsonTypeInfo collection)
    {
        try
        {
            JsonSerializer.Deserialize(collection.KeyType is null ? "[]"u8 : "{}"u8, collection);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>Whether a type comes with .NET.</summary>
    public static bool IsOfFramework(Type type) =>
        type.IsArray || type.Namespace is "System" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;
}
