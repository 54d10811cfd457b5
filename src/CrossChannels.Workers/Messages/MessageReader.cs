using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CrossChannels.Workers.Messages;

/// <summary>
/// Reads what <see cref="MessageWriter"/> wrote, within the bounds of the message, with as little code as can be: it is compiled while a
/// worker starts.
/// </summary>
internal sealed class MessageReader(ReadOnlyMemory<byte> message)
{
    private int _position;

    public byte Byte() => Take(1)[0];

    public bool Boolean() => Take(1)[0] != 0;

    public int Int32() => Raw<int>();

    public long Int64() => Raw<long>();

    public T Raw<T>() => Unsafe.ReadUnaligned<T>(in Take(Unsafe.SizeOf<T>())[0]);

    public ReadOnlyMemory<byte> Bytes()
    {
        int length = Int32();
        ReadOnlyMemory<byte> slice = message.Slice(_position, length);
        _position += length;
        return slice;
    }

    public string Text()
    {
        int length = Int32();
        return new string(MemoryMarshal.Cast<byte, char>(Take(length)));
    }

    public void Skip(int length) => Take(length);

    private ReadOnlySpan<byte> Take(int length)
    {
        ReadOnlySpan<byte> span = message.Span.Slice(_position, length);
        _position += length;
        return span;
    }
}
