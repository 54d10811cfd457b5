using System.Buffers.Binary;

namespace CrossChannels.Protocol;

/// <summary>What became of a lease.</summary>
internal enum SettleOutcome : byte
{
    Completed = 0,
    Abandoned = 1,

    /// <summary>The reader could not deserialize the item.</summary>
    Unreadable = 2,
}

/// <summary>Leases of one reader that follow each other, by their sequence numbers on the link, settled alike.</summary>
internal readonly record struct SettleRange(long First, uint Count, SettleOutcome Outcome);

/// <summary>Settles leases. Receiver to hub, which answers with Settled, the number of all leases settled so far, if it is asked to.</summary>
/// <remarks>
/// <code>
///  0       1         then, again and again, to the end of the body:
///  +-------+ - - -  +-------+-------+---------+
///  | flags |        | first | count | outcome |   flags: 1, an answer is wanted
///  |  u8   |        |  i64  |  u32  |   u8    |
///  +-------+ - - -  +-------+-------+---------+
/// </code>
/// </remarks>
internal static class SettleFrame
{
    public const int RangeSize = 13;

    /// <summary>Without ranges it only asks.</summary>
    public const int LeastSize = 1;

    private const byte AnswerWanted = 1;

    /// <summary>Whether a body has no ranges.</summary>
    public static bool IsEmpty(ReadOnlySpan<byte> body) => body.Length == LeastSize;

    /// <summary>How many ranges fit.</summary>
    public static int RangesIn(int bytes) => (bytes - FrameHeader.Size - 1) / RangeSize;

    public static int Write(Span<byte> bytes, bool isAnswerWanted, ReadOnlySpan<SettleRange> ranges)
    {
        int length = 1;
        Span<byte> body = bytes[FrameHeader.Size..];
        body[0] = isAnswerWanted ? AnswerWanted : (byte)0;
        foreach (SettleRange range in ranges)
        {
            BinaryPrimitives.WriteInt64LittleEndian(body[length..], range.First);
            BinaryPrimitives.WriteUInt32LittleEndian(body[(length + 8)..], range.Count);
            body[length + 12] = (byte)range.Outcome;
            length += RangeSize;
        }
        new FrameHeader((uint)length, FrameType.Settle, 0, 0).Write(bytes);
        return FrameHeader.Size + length;
    }

    /// <summary>Takes the flags and leaves the ranges in <paramref name="rest"/>, for <see cref="TryReadRange"/>.</summary>
    /// <returns>Whether an answer is wanted.</returns>
    /// <exception cref="MalformedFrameException">The body ends within a range.</exception>
    public static bool ReadFlags(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> rest)
    {
        rest = body[1..];
        return rest.Length % RangeSize == 0
            ? (body[0] & AnswerWanted) != 0
            : throw new MalformedFrameException($"Frame Settle ends within a range: {rest.Length:N0} bytes are no multiple of {RangeSize}.");
    }

    /// <returns>False at the end.</returns>
    /// <exception cref="MalformedFrameException">A value is out of range.</exception>
    public static bool TryReadRange(ref ReadOnlySpan<byte> rest, out SettleRange range)
    {
        range = default;
        if (rest.IsEmpty)
            return false;
        range = new SettleRange(CounterFrame.Read(rest, FrameType.Settle), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]), (SettleOutcome)rest[12]);
        if (range.Count == 0 || range.Outcome > SettleOutcome.Unreadable)
            throw new MalformedFrameException($"Frame Settle has a range of {range.Count:N0} leases with outcome {(byte)range.Outcome}; at least 1, and outcome 0 to 2, are known.");
        rest = rest[RangeSize..];
        return true;
    }
}
