using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CrossChannels.Workers.Messages;

/// <summary>
/// Writes one message into a buffer that is used again for the next. Numbers are in the byte order of this machine, which both processes
/// are on; text and
/// bytes have their length before them.
/// </summary>
internal sealed class MessageWriter : IBufferWriter<byte>
{
    private const int SmallestBuffer = 512;

    // A message that was far larger than others does not keep its buffer.
    private const int LargestKept = 1 << 20;

    private byte[] _buffer = new byte[SmallestBuffer];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    /// <summary>Begins the next message.</summary>
    public void Begin(byte kind)
    {
        Length = 0;
        if (_buffer.Length > LargestKept)
            _buffer = new byte[SmallestBuffer];
        Byte(kind);
    }

    public void Byte(byte value)
    {
        Ensure(1);
        _buffer[Length++] = value;
    }

    public void Boolean(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Int32(int value) => Raw(value);

    public void Int64(long value) => Raw(value);

    /// <summary>A number as its bytes.</summary>
    public void Raw<T>(T value)
    {
        int size = Unsafe.SizeOf<T>();
        Ensure(size);
        Unsafe.WriteUnaligned(ref _buffer[Length], value);
        Length += size;
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        Append(value);
    }

    /// <summary>Bytes without their length.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        Ensure(value.Length);
        value.CopyTo(_buffer.AsSpan(Length));
        Length += value.Length;
    }

    /// <summary>UTF-16, because a worker that reads UTF-8 for the first time takes longer for it than to find its method.</summary>
    public void Text(string value) => Bytes(MemoryMarshal.AsBytes(value.AsSpan()));

    /// <summary>Leaves room for a number that is known later; returns where.</summary>
    public int Reserve()
    {
        int at = Length;
        Int32(0);
        return at;
    }

    public void Patch(int at, int value) => Unsafe.WriteUnaligned(ref _buffer[at], value);

    /// <summary>Takes back what was written behind a place.</summary>
    public void Cut(int length) => Length = length;

    /// <summary>What has been written, with its length (4 bytes) before it.</summary>
    public byte[] ToFrame()
    {
        byte[] frame = new byte[sizeof(int) + Length];
        Unsafe.WriteUnaligned(ref frame[0], Length);
        Written.Span.CopyTo(frame.AsSpan(sizeof(int)));
        return frame;
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(Length);
    }

    private void Ensure(int count)
    {
        if (_buffer.Length - Length < count)
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, Math.Max(_buffer.Length * 2L, (long)Length + count)));
    }
}
