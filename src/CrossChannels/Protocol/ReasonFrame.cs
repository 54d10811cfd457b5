namespace CrossChannels.Protocol;

/// <summary>What a Refuse, ReceiveClosing or Abort is about.</summary>
internal enum ReasonCode : byte
{
    /// <summary>No text came with it.</summary>
    None = 0,

    /// <summary>The text is the user's.</summary>
    Given = 1,

    /// <summary>The receiver of this frame broke the protocol; the text says how.</summary>
    Violation = 2,

    /// <summary>A deadline passed.</summary>
    TimedOut = 3,

    /// <summary>What was asked for works within the owner's process only.</summary>
    NotSupported = 4,

    /// <summary>The lane that came with the greeting cannot be used here; the link may be tried again without.</summary>
    NoLane = 5,

    /// <summary>The owner of the channel has left, and waits no longer; the text is the number of items that no reader has read.</summary>
    OwnerLeft = 6,
}

/// <summary>A code and a text: Refuse (in place of Welcome), ReceiveClosing (receiver to sender), Abort (either, the last frame).</summary>
/// <remarks>An unknown code counts as <see cref="ReasonCode.Given"/>.</remarks>
internal readonly record struct ReasonFrame(ReasonCode Code, string Text)
{
    public const int LeastSize = 1 + WireText.LengthPrefix;
    private const int MaxTextBytes = 3072;

    public int Write(Span<byte> bytes, FrameType type)
    {
        Span<byte> body = bytes[FrameHeader.Size..];
        body[0] = (byte)Code;
        int length = 1 + WireText.Write(body[1..], Text, MaxTextBytes);
        new FrameHeader((uint)length, type, 0, 0).Write(bytes);
        return FrameHeader.Size + length;
    }

    /// <exception cref="MalformedFrameException">The text is cut off.</exception>
    public static ReasonFrame Read(ReadOnlySpan<byte> body, FrameType type)
    {
        ReadOnlySpan<byte> rest = body[1..];
        return new ReasonFrame((ReasonCode)body[0], WireText.Read(ref rest, $"Frame {type}: the text"));
    }
}
