using System.Buffers.Binary;

namespace CrossChannels.Protocol;

/// <summary>The items of one direction, as a hello describes them: three texts and the size of a fixed-size item, 0 for others.</summary>
internal sealed record HelloContract(string ContentType, string Name, int ElementSize, string Layout)
{
    private const int MaxTextBytes = 256;
    public const int MaxSize = 4 + (3 * (WireText.LengthPrefix + MaxTextBytes));

    public int Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, ElementSize);
        int at = 4;
        at += WireText.Write(bytes[at..], ContentType, MaxTextBytes);
        at += WireText.Write(bytes[at..], Name, MaxTextBytes);
        at += WireText.Write(bytes[at..], Layout, MaxTextBytes);
        return at;
    }

    /// <exception cref="MalformedFrameException">The contract is cut off, or its size is out of range.</exception>
    public static HelloContract Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
            throw new MalformedFrameException("The hello's contract is cut off.");
        int elementSize = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (elementSize < 0)
            throw new MalformedFrameException($"The hello's contract has items of {elementSize:N0} bytes.");
        ReadOnlySpan<byte> rest = bytes[4..];
        return new HelloContract(
            Read(ref rest, "The hello's content type"),
            Read(ref rest, "The hello's contract name"),
            elementSize,
            Read(ref rest, "The hello's layout"));
    }

    private static string Read(ref ReadOnlySpan<byte> rest, string field) => WireText.Read(ref rest, field, MaxTextBytes);
}
