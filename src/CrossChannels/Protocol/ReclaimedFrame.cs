using System.Buffers.Binary;

namespace CrossChannels.Protocol;

/// <summary>Answers Reclaim: so many items were handed to the reader's program in all, and so many given back unread in all. Receiver to hub.</summary>
/// <remarks>
/// <code>
///  0       8       16
///  +-------+-------+
///  | read  |  cut  |   what was cut are the newest items that had arrived
///  |  i64  |  i64  |
///  +-------+-------+
/// </code>
/// </remarks>
internal readonly record struct ReclaimedFrame(long Read, long Cut)
{
    public const int BodySize = 16;
    public const int Size = FrameHeader.Size + BodySize;

    public int Write(Span<byte> bytes)
    {
        new FrameHeader(BodySize, FrameType.Reclaimed, 0, 0).Write(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[FrameHeader.Size..], Read);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[(FrameHeader.Size + 8)..], Cut);
        return Size;
    }

    /// <exception cref="MalformedFrameException">A count is negative.</exception>
    public static ReclaimedFrame Parse(ReadOnlySpan<byte> body) =>
        new(CounterFrame.Read(body, FrameType.Reclaimed), CounterFrame.Read(body[8..], FrameType.Reclaimed));
}
