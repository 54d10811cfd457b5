using System.Buffers;

namespace CrossChannels.Channels;

/// <summary>A buffer of this thread into which one item is serialized before it is accepted.</summary>
internal sealed class ItemBuffer : IBufferWriter<byte>
{
    private const int FirstBytes = 1024;
    private const int MaxKeptBytes = 1 << 20;

    [ThreadStatic]
    private static ItemBuffer? t_kept;

    private byte[] _bytes = new byte[FirstBytes];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);

    /// <summary>Takes this thread's buffer; a serializer that writes to another channel meanwhile gets another.</summary>
    public static ItemBuffer Take()
    {
        ItemBuffer buffer = t_kept ?? new ItemBuffer();
        t_kept = null;
        buffer._length = 0;
        return buffer;
    }

    public void Return()
    {
        if (_bytes.Length <= MaxKeptBytes)
            t_kept = this;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void MakeRoom(int sizeHint)
    {
        int needed = Math.Max(sizeHint, 1);
        if (_bytes.Length - _length < needed)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(2L * _bytes.Length, (long)_length + needed)));
    }
}
