using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>JSON as it is without options: public fields and properties under their own names, found by reflection.</summary>
/// <remarks>
/// A member that cannot be null is never null at the reader: where the other end's type lacks it, or has it as null, the item is
/// unreadable.
/// </remarks>
internal static class JsonDefaults
{
    private const string Guarded =
        "Reached only with IsReflectionEnabledByDefault, which trimmed and native programs have off unless they say that they keep " +
        "the members of their items.";

    private static JsonSerializerOptions? s_options;

    /// <summary>The options; shared by all types, so that metadata is made once.</summary>
    /// <exception cref="NotSupportedException">Reflection-based serialization is switched off.</exception>
    public static JsonSerializerOptions Options => s_options ?? Interlocked.CompareExchange(ref s_options, Create(), null) ?? s_options;

    /// <summary>Whether types can be looked into at all.</summary>
    public static bool IsAvailable => JsonSerializer.IsReflectionEnabledByDefault;

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Guarded)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Guarded)]
    private static JsonSerializerOptions Create()
    {
        if (!IsAvailable)
            throw new NotSupportedException("Reflection-based JSON is switched off in this program.");

        var options = new JsonSerializerOptions
        {
            // Nothing here is shown in a browser, so only what JSON itself requires is escaped.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            IncludeFields = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver
            {
                Modifiers = { JsonDerivedGuard.Apply, JsonComparers.Apply, RequireWhatWouldBeNull },
            },
            Converters = { new StrictStringConverter(), new StrictCharConverter() },
        };
        options.MakeReadOnly();
        return options;
    }

    /// <summary>A modifier: members that cannot be null, and are null in a new object, must be in the JSON.</summary>
    private static void RequireWhatWouldBeNull(JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object || info.CreateObject is not { } create)
            return;

        object? made = null;
        foreach (JsonPropertyInfo property in info.Properties)
        {
            if (property is not { Set: not null, Get: { } get, IsSetNullable: false, IsRequired: false }
                || property.PropertyType.IsValueType)
            {
                continue;
            }

            try
            {
                made ??= create();
                property.IsRequired = get(made) is null;
            }
            catch (Exception)
            {
                // A constructor, or a getter, that throws without values says nothing about what they would be.
                return;
            }
        }
    }
}
