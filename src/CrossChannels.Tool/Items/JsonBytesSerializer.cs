using System.Buffers;
using System.Text.Json;

namespace CrossChannels.Tool.Items;

/// <summary>Items that are JSON already: the bytes cross as they are, after a look whether they are one value.</summary>
internal sealed class JsonBytesSerializer : IItemSerializer<byte[]>
{
    public string ContentType => "json";

    public void Serialize(byte[] item, IBufferWriter<byte> writer) => writer.Write(item);

    /// <exception cref="JsonException">The bytes are not one JSON value.</exception>
    public byte[] Deserialize(in ReadOnlySequence<byte> bytes)
    {
        byte[] item = bytes.ToArray();
        Check(item);
        return item;
    }

    /// <exception cref="JsonException">The bytes are not one JSON value.</exception>
    public static void Check(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        reader.Skip();
        if (reader.Read())
            throw new JsonException("There is more than one value.");
    }
}
