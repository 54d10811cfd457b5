using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrossChannels.Serialization;

/// <summary>Finds what UTF-8 cannot carry.</summary>
internal static class Surrogates
{
    private static readonly SearchValues<char> s_all =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(code => (char)code)]);

    /// <summary>Whether the text has half of a surrogate pair.</summary>
    public static bool AnyLone(ReadOnlySpan<char> text)
    {
        int at = text.IndexOfAny(s_all);
        while (at >= 0)
        {
            text = text[at..];
            if (text.Length < 2 || !char.IsSurrogatePair(text[0], text[1]))
                return true;
            text = text[2..];
            at = text.IndexOfAny(s_all);
        }

        return false;
    }
}

/// <summary>Strings within JSON, which cannot carry half of a surrogate pair.</summary>
/// <remarks>The writer would put U+FFFD in its place without a word.</remarks>
internal sealed class StrictStringConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Checked(value));

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString()!;

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WritePropertyName(Checked(value));

    private static string Checked(string value) =>
        Surrogates.AnyLone(value)
            ? throw new NotSupportedException(
                "The string contains half of a surrogate pair, which JSON cannot carry. Send its UTF-16 as ushort[] or byte[].")
            : value;
}

/// <summary>Characters within JSON, which cannot carry half of a surrogate pair.</summary>
internal sealed class StrictCharConverter : JsonConverter<char>
{
    public override char Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Single(reader.GetString());

    public override void Write(Utf8JsonWriter writer, char value, JsonSerializerOptions options) =>
        writer.WriteStringValue([Checked(value)]);

    public override char ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Single(reader.GetString());

    public override void WriteAsPropertyName(Utf8JsonWriter writer, char value, JsonSerializerOptions options) =>
        writer.WritePropertyName([Checked(value)]);

    private static char Single(string? text) =>
        text is [var single] ? single : throw new JsonException("A character must be a string of length one.");

    private static char Checked(char value) =>
        char.IsSurrogate(value)
            ? throw new NotSupportedException("The character is half of a surrogate pair, which JSON cannot carry. Send it as a number.")
            : value;
}
