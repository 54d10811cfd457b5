using System.Buffers.Binary;

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
