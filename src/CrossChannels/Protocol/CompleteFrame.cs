using System.Buffers.Binary;

namespace CrossChannels.Protocol;

/// <summary>How the writer completed the channel.</summary>
internal enum CompletionOutcome : byte
{
    Success = 0,
    Error = 1,
    Canceled = 2,

    /// <summary>A hub's channel: its owner left without completing it. The texts are the channel's name and how many items nobody had read.</summary>
    OwnerLeft = 3,

    /// <summary>A hub's channel: not every expected writer completed. The texts are how many never came, and the names of those that were lost, one a line.</summary>
    WritersLost = 4,
}

/// <summary>
/// Complete: the writer completed the channel after <see cref="Total"/> items; sender to receiver, once, after the last item.
/// Ended: a hub tells a writer that the channel takes no more items; receiver to sender, once.
/// </summary>
/// <remarks>
/// <code>
///  0       8         9
///  +-------+---------+-----------+---------+
///  | total | outcome | type text | message |   the texts are empty for outcomes 0 and 2
///  +-------+---------+-----------+---------+
/// </code>
/// </remarks>
internal readonly record struct CompleteFrame(long Total, CompletionOutcome Outcome, string TypeName, string Message)
{
    public const int LeastSize = 9 + (2 * WireText.LengthPrefix);
    private const int MaxTypeBytes = 512;
    private const int MaxMessageBytes = 3072;

    public int Write(Span<byte> bytes, FrameType type = FrameType.Complete)
    {
        Span<byte> body = bytes[FrameHeader.Size..];
        BinaryPrimitives.WriteInt64LittleEndian(body, Total);
        body[8] = (byte)Outcome;
        int length = 9;
        length += WireText.Write(body[length..], TypeName, MaxTypeBytes);
        length += WireText.Write(body[length..], Message, MaxMessageBytes);
        new FrameHeader((uint)length, type, 0, 0).Write(bytes);
        return FrameHeader.Size + length;
    }

    /// <exception cref="MalformedFrameException">A value is out of range.</exception>
    public static CompleteFrame Read(ReadOnlySpan<byte> body, FrameType type = FrameType.Complete)
    {
        long total = CounterFrame.Read(body, type);
        var outcome = (CompletionOutcome)body[8];
        if (outcome > CompletionOutcome.WritersLost)
            throw new MalformedFrameException($"Frame {type} has outcome {body[8]}, and 0 to 4 are known.");
        ReadOnlySpan<byte> rest = body[9..];
        string typeName = WireText.Read(ref rest, $"Frame {type}: the type");
        string message = WireText.Read(ref rest, $"Frame {type}: the message");
        return new CompleteFrame(total, outcome, typeName, message);
    }
}
