using System.Buffers.Binary;

namespace CrossChannels.Protocol;

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
