using System.Buffers.Binary;
using System.Text;

namespace CrossChannels.Protocol;

/// <summary>A text on the wire: two bytes of length, then UTF-8. Invalid UTF-8 is replaced, never an error: texts are for people.</summary>
internal static class WireText
{
    public const int LengthPrefix = 2;

    /// <summary>Writes the text, cut at a character boundary to <paramref name="maxBytes"/> bytes.</summary>
    public static int Write(Span<byte> bytes, ReadOnlySpan<char> text, int maxBytes)
    {
        Encoder encoder = Encoding.UTF8.GetEncoder();
        Span<byte> room = bytes.Slice(LengthPrefix, Math.Min(maxBytes, bytes.Length - LengthPrefix));
        encoder.Convert(text, room, flush: true, out _, out int written, out _);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)written);
        return LengthPrefix + written;
    }

    /// <exception cref="MalformedFrameException">The text is longer than what is left, or than is allowed.</exception>
    public static string Read(ref ReadOnlySpan<byte> bytes, string field, int maxBytes = ushort.MaxValue)
    {
        if (bytes.Length < LengthPrefix)
            throw new MalformedFrameException($"{field} is cut off.");
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (bytes.Length - LengthPrefix < length)
            throw new MalformedFrameException($"{field} says {length:N0} bytes, and {bytes.Length - LengthPrefix:N0} are left.");
        if (length > maxBytes)
            throw new MalformedFrameException($"{field} has {length:N0} bytes, and at most {maxBytes:N0} are allowed.");
        string text = Encoding.UTF8.GetString(bytes.Slice(LengthPrefix, length));
        bytes = bytes[(LengthPrefix + length)..];
        return text;
    }
}
