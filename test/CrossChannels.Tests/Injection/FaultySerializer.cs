using System.Buffers;

namespace CrossChannels.Tests.Injection;

/// <summary>Writes a number as its eight bytes, and fails as planned: on the side that writes, on the side that reads, or on both.</summary>
internal sealed class FaultySerializer(FaultPlan? writing, FaultPlan? reading) : IItemSerializer<long>
{
    public string ContentType => "faulty";

    public void Serialize(long item, IBufferWriter<byte> writer)
    {
        BitConverter.TryWriteBytes(writer.GetSpan(sizeof(long)), item);
        writer.Advance(sizeof(long));
        writing?.Call("IItemSerializer.Serialize");
    }

    public long Deserialize(in ReadOnlySequence<byte> bytes)
    {
        reading?.Call("IItemSerializer.Deserialize");
        return BitConverter.ToInt64(bytes.ToArray());
    }
}
