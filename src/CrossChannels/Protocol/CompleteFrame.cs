using System.Buffers.Binary;

namespace CrossChannels.Protocol;

/// <summary>How the writer completed the channel.</summary>
internal enum CompletionOutcome : byte
{
    Success = 0,
    Error = 1,
    Canceled = 2,
}

/// <summary>The writer completed the channel after <see cref="Total"/> items. Sender to receiver, once, after the last item.</summary>
/// <remarks>
/// <code>
///  0       8         9
///  +-------+---------+-----------+---------+
///  | total | outcome | type text | message |   the texts are empty unless the outcome is an error
///  +-------+---------+-----------+---------+
/// </code>
/// </remarks>
internal readonly record struct CompleteFrame(long Total, CompletionOutcome Outcome, string TypeName, string Message)
{
    public const int LeastSize = 9 + (2 * WireText.LengthPrefix);
    private const int MaxTypeBytes = 512;
    private const int MaxMessageBytes = 3072;

    public int Write(Span<byte> bytes)
    {
        Span<byte> body = bytes[FrameHeader.Size..];
        BinaryPrimitives.WriteInt64LittleEndian(body, Total);
        body[8] = (byte)Outcome;
        int length = 9;
        length += WireText.Write(body[length..], TypeName, MaxTypeBytes);
        length += WireText.Write(body[length..], Message, MaxMessageBytes);
        new FrameHeader((uint)length, FrameType.Complete, 0, 0).Write(bytes);
        return FrameHeader.Size + length;
    }

    /// <exception cref="MalformedFrameException">A value is out of range.</exception>
    public static CompleteFrame Read(ReadOnlySpan<byte> body)
    {
        long total = CounterFrame.Read(body, FrameType.Complete);
        var outcome = (CompletionOutcome)body[8];
        if (outcome > CompletionOutcome.Canceled)
            throw new MalformedFrameException($"Frame Complete has outcome {body[8]}, and 0 to 2 are known.");
        ReadOnlySpan<byte> rest = body[9..];
        string typeName = WireText.Read(ref rest, "Frame Complete: the type");
        string message = WireText.Read(ref rest, "Frame Complete: the message");
        return new CompleteFrame(total, outcome, typeName, message);
    }
}
