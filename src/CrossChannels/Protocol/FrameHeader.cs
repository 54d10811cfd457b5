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
