using System.Buffers;
using System.Buffers.Binary;
using CrossChannels;

namespace ParallelGzip;

/// <summary>Eight bytes for the number, then the bytes as they are.</summary>
internal sealed class NumberedBytesSerializer : IItemSerializer<NumberedBytes>
{
    public string ContentType => "numbered-bytes-v1";

    public void Serialize(NumberedBytes item, IBufferWriter<byte> writer)
    {
        BinaryPrimitives.WriteInt64LittleEndian(writer.GetSpan(sizeof(long)), item.Number);
        writer.Advance(sizeof(long));
        writer.Write(item.Bytes);
    }

    public NumberedBytes Deserialize(in ReadOnlySequence<byte> bytes)
    {
        var reader = new SequenceReader<byte>(bytes);
        return reader.TryReadLittleEndian(out long number)
            ? new NumberedBytes(number, reader.UnreadSequence.ToArray())
            : throw new InvalidDataException($"{bytes.Length} bytes are too few for a number.");
    }
}
