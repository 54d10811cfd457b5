using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrossChannels;

/// <summary>An address in JSON is its text, so that it travels inside items.</summary>
internal sealed class ChannelAddressJsonConverter : JsonConverter<ChannelAddress>
{
    public override ChannelAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("An address is a string.");
        try
        {
            return ChannelAddress.Parse(text);
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, ChannelAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
