using System.Buffers.Binary;
using System.Diagnostics;

namespace CrossChannels.Protocol;

/// <summary>The extension block of an Items frame: fields, each with an id and a length; one that is not known is skipped.</summary>
/// <remarks>
/// <code>
///  0        2        4
///  +--------+--------+- - - -
///  | id u16 | length | value    id 1: how often these items were delivered before, u32
///  |        |  u16   |          id 2: the trace of these items: 16 bytes trace, 8 bytes span, 1 byte flags
///  +--------+--------+- - - -
/// </code>
/// </remarks>
internal static class ItemsExtension
{
    /// <summary>Bytes of a block with <see cref="WriteDeliveries"/>.</summary>
    public const int DeliveriesSize = 8;

    /// <summary>Bytes of a block with <see cref="WriteTrace"/>.</summary>
    public const int TraceSize = 4 + TraceBytes;

    private const ushort Deliveries = 1;
    private const ushort Trace = 2;
    private const int TraceIdBytes = 16;
    private const int SpanIdBytes = 8;
    private const int TraceBytes = TraceIdBytes + SpanIdBytes + 1;

    public static void WriteDeliveries(Span<byte> block, int deliveries)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(block, Deliveries);
        BinaryPrimitives.WriteUInt16LittleEndian(block[2..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], deliveries);
    }

    public static void WriteTrace(Span<byte> block, in ActivityContext trace)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(block, Trace);
        BinaryPrimitives.WriteUInt16LittleEndian(block[2..], TraceBytes);
        trace.TraceId.CopyTo(block.Slice(4, TraceIdBytes));
        trace.SpanId.CopyTo(block.Slice(4 + TraceIdBytes, SpanIdBytes));
        block[4 + TraceIdBytes + SpanIdBytes] = (byte)trace.TraceFlags;
    }

    /// <returns>How often the items were delivered before; 0 if the block does not say.</returns>
    /// <exception cref="MalformedFrameException">The block is cut off, or its count is negative.</exception>
    public static int ReadDeliveries(ReadOnlySpan<byte> block)
    {
        int deliveries = 0;
        while (TryReadField(ref block, out ushort id, out ReadOnlySpan<byte> value))
        {
            if (id != Deliveries)
                continue;
            deliveries = value.Length == 4 ? BinaryPrimitives.ReadInt32LittleEndian(value) : -1;
            if (deliveries < 0)
                throw new MalformedFrameException("Frame Items has a count of deliveries that is negative, or not of 4 bytes.");
        }
        return deliveries;
    }

    /// <returns>The trace of the items; default if the block does not say, or says it in a way that is not known.</returns>
    /// <exception cref="MalformedFrameException">The block is cut off.</exception>
    public static ActivityContext ReadTrace(ReadOnlySpan<byte> block)
    {
        ActivityContext trace = default;
        while (TryReadField(ref block, out ushort id, out ReadOnlySpan<byte> value))
        {
            if (id != Trace || value.Length != TraceBytes)
                continue;
            trace = new ActivityContext(
                ActivityTraceId.CreateFromBytes(value[..TraceIdBytes]),
                ActivitySpanId.CreateFromBytes(value.Slice(TraceIdBytes, SpanIdBytes)),
                (ActivityTraceFlags)(value[TraceIdBytes + SpanIdBytes] & 1),
                isRemote: true);
        }
        return trace;
    }

    private static bool TryReadField(ref ReadOnlySpan<byte> block, out ushort id, out ReadOnlySpan<byte> value)
    {
        id = 0;
        value = default;
        if (block.IsEmpty)
            return false;
        int length = block.Length < 4 ? int.MaxValue : BinaryPrimitives.ReadUInt16LittleEndian(block[2..]);
        if (block.Length - 4 < length)
            throw new MalformedFrameException("Frame Items has an extension block that ends within a field.");
        id = BinaryPrimitives.ReadUInt16LittleEndian(block);
        value = block.Slice(4, length);
        block = block[(4 + length)..];
        return true;
    }
}
