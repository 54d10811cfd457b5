using System.Buffers;
using CrossChannels.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace CrossChannels.Serialization;

/// <summary>The codec of a direction that carries nothing.</summary>
internal sealed class NoItemCodec : ItemCodec<NoItem>
{
    public override ItemContract Contract => ItemContract.None;

    public override void Encode(NoItem item, IBufferWriter<byte> writer) => throw Unused();

    public override NoItem Decode(ReadOnlyMemory<byte> bytes) => throw Unused();

    private static InvalidOperationException Unused() => new("A direction of NoItem carries no items.");
}

/// <summary>Strings as UTF-8; those with half of a surrogate pair as the byte FF, which UTF-8 never has, and UTF-16LE.</summary>
internal sealed class StringCodec(string? contractName) : ItemCodec<string>
{
    private const byte Utf16Mark = 0xFF;

    // Below this, room for the worst case is cheaper than counting first.
    private const int CountedFrom = 1024;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override ItemContract Contract { get; } =
        new(ItemContract.Text, ContractName.Of(typeof(string), contractName), 0, "");

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

    public override string Decode(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        return span is [Utf16Mark, .. var rest] ? DecodeUtf16(rest) : s_strict.GetString(span);
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

/// <summary>Items that are their bytes. All forms have one contract, and each end may use a different one.</summary>
internal static class BytesCodec
{
    public static ItemCodec<byte[]> ForArray(string? contractName) =>
        new BytesCodec<byte[]>(contractName, static item => item, static bytes => bytes.ToArray());

    public static ItemCodec<ReadOnlyMemory<byte>> ForReadOnlyMemory(string? contractName) =>
        new BytesCodec<ReadOnlyMemory<byte>>(contractName, static item => item, static bytes => bytes.ToArray());

    public static ItemCodec<Memory<byte>> ForMemory(string? contractName) =>
        new BytesCodec<Memory<byte>>(contractName, static item => item, static bytes => bytes.ToArray());

    public static ItemCodec<IMemoryOwner<byte>> ForOwner(string? contractName) =>
        new BytesCodec<IMemoryOwner<byte>>(contractName, static item => item.Memory, static bytes => new PooledBytes(bytes.Span));
}

/// <summary>One form of bytes. What is read is the reader's own memory.</summary>
/// <typeparam name="T">An array, a memory or an owner of memory.</typeparam>
internal sealed class BytesCodec<T>(string? contractName, Func<T, ReadOnlyMemory<byte>> view, Func<ReadOnlyMemory<byte>, T> copy)
    : ItemCodec<T>
{
    public override ItemContract Contract { get; } =
        new(ItemContract.Bytes, ContractName.Of(typeof(byte[]), contractName), 0, "");

    public override void Encode(T item, IBufferWriter<byte> writer) => writer.Write(view(item).Span);

    public override bool TryGetBytes(T item, out ReadOnlyMemory<byte> bytes)
    {
        bytes = view(item);
        return true;
    }

    public override T Decode(ReadOnlyMemory<byte> bytes) => copy(bytes);
}

/// <summary>A copy of bytes in a rented array, exactly as long as they are.</summary>
internal sealed class PooledBytes : IMemoryOwner<byte>
{
    private readonly int _length;
    private byte[]? _array;

    public PooledBytes(ReadOnlySpan<byte> bytes)
    {
        _length = bytes.Length;
        _array = BufferPool.Rent(bytes.Length, nameof(PooledBytes));
        bytes.CopyTo(_array);
    }

    public Memory<byte> Memory
    {
        get
        {
            byte[]? array = _array;
            ObjectDisposedException.ThrowIf(array is null, this);
            return array.AsMemory(0, _length);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
            BufferPool.Return(array);
    }
}
