using System.Buffers.Binary;

namespace CrossChannels.Protocol;

/// <summary>The eight bytes before every frame's body.</summary>
/// <remarks>
/// <code>
///  0        4      5       6            8
///  +--------+------+-------+------------+
///  | length | type | flags | attachment |   little-endian; length counts the body only
///  +--------+------+-------+------------+
/// </code>
/// </remarks>
internal readonly record struct FrameHeader(uint Length, FrameType Type, byte Flags, ushort Attachment)
{
    public const int Size = 8;

    /// <summary>A receiver that does not know the type skips the frame instead of ending the link.</summary>
    public const byte Ignorable = 0x01;

    public bool IsIgnorable => (Flags & Ignorable) != 0;

    public static FrameHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (FrameType)bytes[4],
        bytes[5],
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Length);
        bytes[4] = (byte)Type;
        bytes[5] = Flags;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], Attachment);
    }
}

/// <summary>Judges a frame by its header, before a byte of its body is looked at or room is made for it.</summary>
internal static class FrameLimits
{
    /// <summary>Items are gathered up to this many payload bytes; a larger payload is a lone item. With its headers a batch fits 32 KiB.</summary>
    public const int BatchBytes = (32 * 1024) - 128;

    /// <summary>The largest body of any frame but <see cref="FrameType.Items"/>.</summary>
    public const int ControlBytes = 4096;

    /// <summary>The extensible block of an <see cref="FrameType.Items"/> frame.</summary>
    public const int ExtensionBytes = 1024;

    public static int MaxPayload(int maxItemBytes) => Math.Max(BatchBytes, maxItemBytes + ItemsHeader.LengthPrefix);

    /// <exception cref="MalformedFrameException">No correct peer sends this header.</exception>
    /// <returns>Whether the type is known; an unknown one is to be skipped.</returns>
    public static bool Check(in FrameHeader header, int maxItemBytes)
    {
        if (header.Attachment != 0)
            throw new MalformedFrameException($"Frame {Name(header.Type)} is for attachment {header.Attachment}, and this link has only attachment 0.");

        bool isKnown = true;
        (uint least, uint most) = header.Type switch
        {
            FrameType.Items => ((uint)ItemsHeader.Size, (uint)(ItemsHeader.Size + ExtensionBytes + MaxPayload(maxItemBytes))),
            FrameType.Welcome => ((uint)WelcomeFrame.BodySize, (uint)ControlBytes),
            FrameType.Credit => ((uint)CreditFrame.BodySize, (uint)CreditFrame.BodySize),
            FrameType.Flush or FrameType.Received or FrameType.Join or FrameType.Joined or FrameType.SendFinished
                or FrameType.ReceiveFinished or FrameType.Ping or FrameType.Pong or FrameType.Goodbye
                or FrameType.Want or FrameType.WantWithdrawn or FrameType.Revoke or FrameType.Revoked
                or FrameType.Report or FrameType.Reclaim or FrameType.Settled or FrameType.Doorbell => ((uint)CounterFrame.BodySize, (uint)CounterFrame.BodySize),
            FrameType.Reclaimed => ((uint)ReclaimedFrame.BodySize, (uint)ReclaimedFrame.BodySize),
            FrameType.Settle => ((uint)SettleFrame.LeastSize, (uint)ControlBytes),
            FrameType.Complete or FrameType.Ended => ((uint)CompleteFrame.LeastSize, (uint)ControlBytes),
            FrameType.Refuse or FrameType.ReceiveClosing or FrameType.Abort => ((uint)ReasonFrame.LeastSize, (uint)ControlBytes),
            _ when header.IsIgnorable => Unknown(out isKnown),
            _ => throw new MalformedFrameException($"Frame type 0x{(byte)header.Type:x2} is unknown and not marked as ignorable."),
        };
        if (header.Length < least || header.Length > most)
            throw new MalformedFrameException($"Frame {Name(header.Type)} has a length of {header.Length:N0} bytes, and {least:N0} to {most:N0} are allowed.");
        return isKnown;
    }

    private static (uint Least, uint Most) Unknown(out bool isKnown)
    {
        isKnown = false;
        return (0, ControlBytes);
    }

    public static string Name(FrameType type) => Enum.IsDefined(type) ? type.ToString() : $"0x{(byte)type:x2}";
}
