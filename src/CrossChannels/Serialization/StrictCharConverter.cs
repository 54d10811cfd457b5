using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrossChannels.Serialization;

/// <summary>Characters within JSON, which cannot carry half of a surrogate pair.</summary>
internal sealed class StrictCharConverter : JsonConverter<char>
{
    /// <inheritdoc/>
    public override char Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Single(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, char value, JsonSerializerOptions options) =>
        writer.WriteStringValue([Checked(value)]);

    /// <inheritdoc/>
    public override char ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Single(reader.GetString());

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, char value, JsonSerializerOptions options) =>
        writer.WritePropertyName([Checked(value)]);

    private static char Single(string? text) =>
        text is [var single] ? single : throw new JsonException("A character must be a string of length one.");

    private static char Checked(char value) =>
        char.IsSurrogate(value)
            ? throw new NotSupportedException("The character is half of a surrogate pair, which JSON cannot carry. Send it as a number.")
            : value;
}
