using CrossChannels.Buffers;

namespace CrossChannels.Links;

/// <summary>Pooled memory that holds received items, shared by everything that still refers to a part of it.</summary>
internal sealed class Segment(int size)
{
    private byte[]? _array = BufferPool.Rent(size, nameof(Segment));
    private int _references = 1;

    public byte[] Array => _array ?? throw new ObjectDisposedException(nameof(Segment));

    public int Size => Array.Length;

    /// <summary>Bytes in use from the start.</summary>
    public int Written { get; set; }

    public int Room => Size - Written;

    public bool IsSoleReference => Volatile.Read(ref _references) == 1;

    public void Retain() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) != 0)
            return;
        byte[] array = Array;
        _array = null;
        BufferPool.Return(array);
    }
}
