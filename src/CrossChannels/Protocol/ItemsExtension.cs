using System.Buffers.Binary;

namespace CrossChannels.Protocol;

/// <summary>The extension block of an Items frame: fields, each with an id and a length; one that is not known is skipped.</summary>
/// <remarks>
/// <code>
///  0        2        4
///  +--------+--------+- - - -
///  | id u16 | length | value    id 1: how often these items were delivered before, u32
///  |        |  u16   |
///  +--------+--------+- - - -
/// </code>
/// </remarks>
internal static class ItemsExtension
{
    /// <summary>Bytes of a block with <see cref="WriteDeliveries"/>.</summary>
    public const int DeliveriesSize = 8;

    private const ushort Deliveries = 1;

    public static void WriteDeliveries(Span<byte> block, int deliveries)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(block, Deliveries);
        BinaryPrimitives.WriteUInt16LittleEndian(block[2..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], deliveries);
    }

    /// <returns>How often the items were delivered before; 0 if the block does not say.</returns>
    /// <exception cref="MalformedFrameException">The block is cut off, or its count is negative.</exception>
    public static int ReadDeliveries(ReadOnlySpan<byte> block)
    {
        int deliveries = 0;
        while (!block.IsEmpty)
        {
            int length = block.Length < 4 ? int.MaxValue : BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
            if (block.Length - 4 < length)
                throw new MalformedFrameException("Frame Items has an extension block that ends within a field.");
            ushort id = BinaryPrimitives.ReadUInt16LittleEndian(block);
            ReadOnlySpan<byte> value = block.Slice(4, length);
            block = block[(4 + length)..];
            if (id != Deliveries)
                continue;
            deliveries = length == 4 ? BinaryPrimitives.ReadInt32LittleEndian(value) : -1;
            if (deliveries < 0)
                throw new MalformedFrameException("Frame Items has a count of deliveries that is negative, or not of 4 bytes.");
        }
        return deliveries;
    }
}
