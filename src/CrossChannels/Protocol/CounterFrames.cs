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

/// <summary>How many items and bytes the sender may have sent since the link began. Receiver to sender.</summary>
/// <remarks><see cref="long.MaxValue"/> items stand for no limit.</remarks>
internal readonly record struct CreditFrame(long Items, long Bytes)
{
    public const int BodySize = 16;
    public const int Size = FrameHeader.Size + BodySize;

    public int Write(Span<byte> bytes)
    {
        new FrameHeader(BodySize, FrameType.Credit, 0, 0).Write(bytes);
        WriteBody(bytes[FrameHeader.Size..]);
        return Size;
    }

    public void WriteBody(Span<byte> body)
    {
        BinaryPrimitives.WriteInt64LittleEndian(body, Items);
        BinaryPrimitives.WriteInt64LittleEndian(body[8..], Bytes);
    }

    /// <exception cref="MalformedFrameException">A count is negative.</exception>
    public static CreditFrame Read(ReadOnlySpan<byte> body)
    {
        var credit = new CreditFrame(BinaryPrimitives.ReadInt64LittleEndian(body), BinaryPrimitives.ReadInt64LittleEndian(body[8..]));
        return credit is { Items: >= 0, Bytes: >= 0 }
            ? credit
            : throw new MalformedFrameException($"Frame Credit says {credit.Items:N0} items and {credit.Bytes:N0} bytes, and credit is not negative.");
    }
}

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
