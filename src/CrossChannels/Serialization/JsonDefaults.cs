using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CrossChannels.Serialization;

/// <summary>JSON as it is without settings: public fields and properties under their own names, found by reflection.</summary>
internal static class JsonDefaults
{
    private const string Guarded =
        "Reached only with IsReflectionEnabledByDefault, which trimmed and native programs have off unless they say that they keep " +
        "the members of their items.";

    private static JsonSerializerOptions? _options;

    /// <summary>The options; shared by all types, so that metadata is made once.</summary>
    /// <exception cref="NotSupportedException">Reflection-based serialization is switched off.</exception>
    public static JsonSerializerOptions Options => _options ?? Interlocked.CompareExchange(ref _options, Create(), null) ?? _options;

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
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { JsonDerivedGuard.Apply } },
            Converters = { new StrictStringConverter(), new StrictCharConverter() },
        };
        options.MakeReadOnly();
        return options;
    }
}
