using System.Buffers.Binary;
using System.Diagnostics;

namespace CrossChannels.Protocol;

/// <summary>The start of an Items frame's body; the payload follows the extension block.</summary>
/// <remarks>
/// Sender to receiver, within credit.
/// <code>
///  0                8       12          16
///  +----------------+-------+-----------+- - - - - -+- - - - -
///  | first sequence | count | extension | extension | payload
///  |                |       | length    | block     |
///  +----------------+-------+-----------+- - - - - -+- - - - -
/// </code>
/// Fixed-size items stand in the payload one after the other; others each have a length before them, -1 for null.
/// </remarks>
internal readonly record struct ItemsHeader(ulong FirstSequence, uint Count, uint ExtensionLength)
{
    public const int Size = 16;

    /// <summary>Bytes of the length before each item that is not of fixed size.</summary>
    public const int LengthPrefix = 4;

    /// <summary>The length that stands for a null item.</summary>
    public const int NullLength = -1;

    public static ItemsHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, FirstSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], ExtensionLength);
    }

    /// <summary>Checks what the header alone tells.</summary>
    /// <returns>The payload's length in bytes.</returns>
    /// <exception cref="MalformedFrameException">No correct peer sends this.</exception>
    public int CheckPayload(uint bodyLength, ulong expectedSequence, int elementSize)
    {
        if (ExtensionLength > FrameLimits.ExtensionBytes || ExtensionLength > bodyLength - Size)
            throw new MalformedFrameException($"Frame Items has an extension block of {ExtensionLength:N0} bytes in a body of {bodyLength:N0}; at most {FrameLimits.ExtensionBytes:N0} are allowed.");
        if (Count == 0)
            throw new MalformedFrameException("Frame Items has no item.");
        if (FirstSequence != expectedSequence)
            throw new MalformedFrameException($"Frame Items starts with item {FirstSequence:N0}, and {expectedSequence:N0} is next.");

        long payload = bodyLength - Size - ExtensionLength;
        long least = (long)Count * (elementSize > 0 ? elementSize : LengthPrefix);
        if (payload < least || (elementSize > 0 && payload != least))
            throw new MalformedFrameException($"Frame Items says {Count:N0} items in {payload:N0} bytes, and they need {(elementSize > 0 ? "" : "at least ")}{least:N0}.");
        return (int)payload;
    }

    /// <summary>Walks the lengths of items that are not of fixed size.</summary>
    /// <exception cref="MalformedFrameException">Count and lengths disagree, or one item is over the limit.</exception>
    public static void CheckLengths(ReadOnlySpan<byte> payload, uint count, int maxItemBytes)
    {
        ReadOnlySpan<byte> rest = payload;
        for (uint i = 0; i < count; i++)
        {
            if (rest.Length < LengthPrefix)
                throw Disagree(count, payload.Length);
            int length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (length < NullLength || length > maxItemBytes)
                throw new MalformedFrameException($"Frame Items has an item of {length:N0} bytes, and -1 to {maxItemBytes:N0} are allowed.");
            length = Math.Max(length, 0);
            if (rest.Length - LengthPrefix < length)
                throw Disagree(count, payload.Length);
            rest = rest[(LengthPrefix + length)..];
        }
        if (!rest.IsEmpty)
            throw Disagree(count, payload.Length);
    }

    /// <summary>Bytes that the first item of a checked payload takes, its length included.</summary>
    public static int LengthOfFirst(ReadOnlySpan<byte> payload, int elementSize) => elementSize > 0
        ? elementSize
        : LengthPrefix + Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(payload));

    /// <summary>Bytes that the first items of a checked payload take.</summary>
    public static int LengthOf(ReadOnlySpan<byte> payload, int count, int elementSize)
    {
        if (elementSize > 0)
            return count * elementSize;
        int length = 0;
        for (int i = 0; i < count; i++)
            length += LengthOfFirst(payload[length..], elementSize);
        return length;
    }

    /// <summary>How many of the first items fit into so many bytes; at least one.</summary>
    public static int CountWithin(ReadOnlySpan<byte> payload, int maxCount, long maxBytes, int elementSize)
    {
        if (elementSize > 0)
            return (int)Math.Clamp(maxBytes / elementSize, 1, maxCount);
        int count = 1;
        long length = LengthOfFirst(payload, elementSize);
        while (count < maxCount)
        {
            length += LengthOfFirst(payload[(int)length..], elementSize);
            if (length > maxBytes)
                break;
            count++;
        }
        return count;
    }

    /// <summary>Whether the first item of a payload with lengths is null.</summary>
    public static bool IsNull(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadInt32LittleEndian(payload) == NullLength;

    private static MalformedFrameException Disagree(uint count, int payload) =>
        new($"Frame Items says {count:N0} items in {payload:N0} bytes, and the lengths of its items disagree with that.");
}

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
