using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrossChannels.Serialization;

/// <summary>Strings within JSON, which cannot carry half of a surrogate pair.</summary>
/// <remarks>The writer would put U+FFFD in its place without a word.</remarks>
internal sealed class StrictStringConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Checked(value));

    /// <inheritdoc/>
    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString()!;

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WritePropertyName(Checked(value));

    private static string Checked(string value) =>
        Surrogates.AnyLone(value)
            ? throw new NotSupportedException(
                "The string contains half of a surrogate pair, which JSON cannot carry. Send its UTF-16 as ushort[] or byte[].")
            : value;
}
