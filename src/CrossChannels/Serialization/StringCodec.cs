using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace CrossChannels.Serialization;

/// <summary>Strings as UTF-8; those with half of a surrogate pair as the byte FF, which UTF-8 never has, and UTF-16LE.</summary>
internal sealed class StringCodec(string? contractName) : ItemCodec<string>
{
    private const byte Utf16Mark = 0xFF;

    // Below this, room for the worst case is cheaper than counting first.
    private const int CountedFrom = 1024;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public override ItemContract Contract { get; } =
        new(ItemContract.Text, ContractName.Of(typeof(string), contractName), 0, string.Empty);

    /// <inheritdoc/>
    public override void Encode(string item, IBufferWriter<byte> writer)
    {
        if (Surrogates.AnyLone(item))
        {
            EncodeUtf16(item, writer);
            return;
        }

        int room = item.Length < CountedFrom ? item.Length * 3 : Encoding.UTF8.GetByteCount(item);
        if (room > 0)
            writer.Advance(Encoding.UTF8.GetBytes(item, writer.GetSpan(room)));
    }

    /// <inheritdoc/>
    public override string Decode(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        return span is [Utf16Mark, .. var rest] ? DecodeUtf16(rest) : _strict.GetString(span);
    }

    private static void EncodeUtf16(string item, IBufferWriter<byte> writer)
    {
        int length = checked(1 + (item.Length * sizeof(char)));
        Span<byte> span = writer.GetSpan(length);
        span[0] = Utf16Mark;
        for (int i = 0; i < item.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(span[(1 + (i * sizeof(char)))..], item[i]);
        writer.Advance(length);
    }

    private static string DecodeUtf16(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % sizeof(char) != 0)
            throw new FormatException($"A UTF-16 string of {bytes.Length} bytes ends within a character.");
        if (BitConverter.IsLittleEndian)
            return new string(MemoryMarshal.Cast<byte, char>(bytes));

        char[] characters = new char[bytes.Length / sizeof(char)];
        for (int i = 0; i < characters.Length; i++)
            characters[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * sizeof(char))..]);
        return new string(characters);
    }
}
