using System.Buffers.Binary;

namespace CrossChannels.Protocol;

/// <summary>The first sixteen bytes of each side.</summary>
/// <remarks>
/// <code>
///  0       8         10        12          16
///  +-------+---------+---------+-----------+- - - -
///  | magic | version | version | length of | hello
///  |       | min     | max     | hello     |
///  +-------+---------+---------+-----------+- - - -
/// </code>
/// </remarks>
internal readonly record struct Preamble(ushort MinVersion, ushort MaxVersion, int HelloLength)
{
    public const int Size = 16;
    public const int MaxHelloLength = 4096;

    /// <summary>Not text in any encoding, and changed by any transfer that is not binary.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'X', (byte)'C', (byte)'H', 0x0D, 0x0A, 0x1A, 0x0A];

    public void Write(Span<byte> bytes)
    {
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], MinVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[10..], MaxVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], HelloLength);
    }

    /// <summary>Reads the preamble; a wrong magic is seen at its first wrong byte.</summary>
    /// <returns>False if more bytes are needed.</returns>
    /// <exception cref="MalformedFrameException">This is no peer of ours.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Preamble preamble)
    {
        preamble = default;
        int known = Math.Min(bytes.Length, Magic.Length);
        if (!bytes[..known].SequenceEqual(Magic[..known]))
            throw new MalformedFrameException($"The peer does not speak this protocol: it starts with {Convert.ToHexStringLower(bytes[..known])}, and {Convert.ToHexStringLower(Magic[..known])} is expected. Does something else write to this connection, such as Console.WriteLine to standard output?");
        if (bytes.Length < Size)
            return false;

        preamble = new Preamble(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]));
        if (preamble.MinVersion > preamble.MaxVersion)
            throw new MalformedFrameException($"The greeting offers versions {preamble.MinVersion} to {preamble.MaxVersion}.");
        if (preamble.HelloLength is < 0 or > MaxHelloLength)
            throw new MalformedFrameException($"The greeting has a hello of {preamble.HelloLength:N0} bytes, and at most {MaxHelloLength:N0} are allowed.");
        return true;
    }

    /// <summary>The highest version that both speak, or 0.</summary>
    public static int Common(Preamble a, Preamble b)
    {
        int version = Math.Min(a.MaxVersion, b.MaxVersion);
        return version >= Math.Max(a.MinVersion, b.MinVersion) ? version : 0;
    }
}
