using System.Buffers.Binary;

namespace CrossChannels.Protocol;

/// <summary>A frame whose body is one number: all that count, ask for a count, or ping.</summary>
/// <remarks>Counts are cumulative over the life of the link and never go back, so a lost wake-up costs nothing.</remarks>
internal static class CounterFrame
{
    public const int BodySize = 8;
    public const int Size = FrameHeader.Size + BodySize;

    public static int Write(Span<byte> bytes, FrameType type, long value)
    {
        new FrameHeader(BodySize, type, 0, 0).Write(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[FrameHeader.Size..], value);
        return Size;
    }

    /// <exception cref="MalformedFrameException">The count is negative.</exception>
    public static long Read(ReadOnlySpan<byte> body, FrameType type)
    {
        long value = BinaryPrimitives.ReadInt64LittleEndian(body);
        return value >= 0 ? value : throw new MalformedFrameException($"Frame {type} says {value:N0}, and a count is not negative.");
    }
}
