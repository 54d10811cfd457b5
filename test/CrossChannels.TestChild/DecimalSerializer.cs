using System.Buffers;
using System.Buffers.Text;

namespace CrossChannels.TestChild;

/// <summary>Numbers as decimal digits: a serializer that another process can make by its type.</summary>
public sealed class DecimalSerializer : IItemSerializer<int>
{
    public string ContentType => "decimal";

    public void Serialize(int item, IBufferWriter<byte> writer)
    {
        Utf8Formatter.TryFormat(item, writer.GetSpan(11), out int length);
        writer.Advance(length);
    }

    public int Deserialize(in ReadOnlySequence<byte> bytes) =>
        Utf8Parser.TryParse(bytes.ToArray(), out int item, out _) ? item : throw new FormatException("No number.");
}
