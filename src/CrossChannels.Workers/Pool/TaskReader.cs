using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace CrossChannels.Workers.Pool;

/// <summary>Reads what <see cref="TaskWriter"/> wrote. What the other process says is checked against the message's bounds.</summary>
internal sealed class TaskReader(ReadOnlyMemory<byte> message)
{
    private int _position;

    public byte Byte() => Take(1)[0];

    public int Int32() => Raw<int>();

    public T Raw<T>() => Unsafe.ReadUnaligned<T>(in Take(Unsafe.SizeOf<T>())[0]);

    public ReadOnlyMemory<byte> Bytes()
    {
        int length = Int32();
        return Slice(length);
    }

    public ReadOnlyMemory<byte> Slice(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ReadOnlyMemory<byte> slice = message.Slice(_position, length);
        _position += length;
        return slice;
    }

    public ReadOnlySequence<byte> Sequence(int length) => new(Slice(length));

    public string Text() => Encoding.UTF8.GetString(Bytes().Span);

    private ReadOnlySpan<byte> Take(int length)
    {
        ReadOnlySpan<byte> span = message.Span.Slice(_position, length);
        _position += length;
        return span;
    }
}
