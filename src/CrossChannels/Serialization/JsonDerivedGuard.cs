using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>
/// Makes JSON throw where it would write an instance of a derived class as one of its base, without what the derived class adds.
/// </summary>
internal static class JsonDerivedGuard
{
    private static readonly ConditionalWeakTable<JsonSerializerOptions, JsonSerializerOptions> s_guarded = [];

    /// <summary>Whether instances of derived classes may turn up where the type is declared, and would be cut.</summary>
    public static bool IsOpen(JsonTypeInfo info) =>
        info.Kind == JsonTypeInfoKind.Object && !info.Type.IsSealed && info.Type.IsClass && info.PolymorphismOptions is null;

    /// <summary>A modifier of metadata: adds the check where it is needed.</summary>
    public static void Apply(JsonTypeInfo info)
    {
        if (!IsOpen(info))
            return;

        Type declared = info.Type;
        Action<object>? then = info.OnSerializing;
        info.OnSerializing = item =>
        {
            Check(declared, item);
            then?.Invoke(item);
        };
    }

    /// <summary>Throws if the item is of a derived class.</summary>
    /// <exception cref="NotSupportedException">It is.</exception>
    public static void Check(Type declared, object item)
    {
        Type actual = item.GetType();
        if (actual != declared)
        {
            throw new NotSupportedException(
                $"{ContractName.Display(actual)} would be written as its base class {ContractName.Display(declared)} and lose what " +
                "it adds. " +
                $"Put [JsonDerivedType(typeof({actual.Name}), \"...\")] on {ContractName.Display(declared)}, or use the derived " +
                "class as the declared type.");
        }
    }

    /// <summary>The same metadata with this check, and that of comparers, in every type, where the user's options can be followed.</summary>
    /// <remarks>
    /// Metadata that was changed by hand after its options made it stays as it is; there only the item itself is checked.
    /// </remarks>
    public static JsonTypeInfo<T> Guard<T>(JsonTypeInfo<T> info)
    {
        JsonSerializerOptions options = info.Options;
        if (JsonDefaults.IsAvailable && ReferenceEquals(options, JsonDefaults.Options))
            return info;
        if (!options.IsReadOnly || options.TypeInfoResolver is null || !ReferenceEquals(options.GetTypeInfo(typeof(T)), info))
            return info;

        return (JsonTypeInfo<T>)s_guarded.GetValue(options, WithGuard).GetTypeInfo(typeof(T));
    }

    private static JsonSerializerOptions WithGuard(JsonSerializerOptions options)
    {
        var guarded = new JsonSerializerOptions(options)
        {
            TypeInfoResolver = options.TypeInfoResolver!.WithAddedModifier(Apply).WithAddedModifier(JsonComparers.Apply),
        };
        guarded.MakeReadOnly();
        return guarded;
    }
}
