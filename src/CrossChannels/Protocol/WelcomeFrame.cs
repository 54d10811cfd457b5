using System.Buffers.Binary;

namespace CrossChannels.Protocol;

/// <summary>Accepts the peer's hello and tells what it may send. The first frame of each side; more fields may follow in later versions.</summary>
internal readonly record struct WelcomeFrame(CreditFrame Credit, int MaxItemBytes)
{
    public const int BodySize = CreditFrame.BodySize + 4;
    public const int Size = FrameHeader.Size + BodySize;

    public int Write(Span<byte> bytes)
    {
        new FrameHeader(BodySize, FrameType.Welcome, 0, 0).Write(bytes);
        Credit.WriteBody(bytes[FrameHeader.Size..]);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[(FrameHeader.Size + CreditFrame.BodySize)..], MaxItemBytes);
        return Size;
    }

    /// <exception cref="MalformedFrameException">A value is out of range.</exception>
    public static WelcomeFrame Read(ReadOnlySpan<byte> body)
    {
        int maxItemBytes = BinaryPrimitives.ReadInt32LittleEndian(body[CreditFrame.BodySize..]);
        return maxItemBytes > 0
            ? new WelcomeFrame(CreditFrame.Read(body), maxItemBytes)
            : throw new MalformedFrameException($"Frame Welcome allows items of {maxItemBytes:N0} bytes, and at least 1 is needed.");
    }
}
