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

/// <summary>The bytes of one claimed item. Whoever holds it releases it once.</summary>
internal readonly struct ItemSlice
{
    private readonly Segment? _segment;
    private readonly LentMemory? _lent;
    private readonly int _offset;
    private readonly int _length;

    public ItemSlice(Segment? segment, int offset, int length)
    {
        _segment = segment;
        _offset = offset;
        _length = length;
    }

    /// <summary>An item that stays where its writer filled it.</summary>
    public ItemSlice(LentMemory lent)
    {
        _lent = lent;
        _length = lent.Length;
    }

    /// <summary>The item is null; it has no bytes.</summary>
    public bool IsNull => _segment is null && _lent is null;

    public int Length => _length;

    public ReadOnlySpan<byte> Span => _lent is null ? _segment!.Array.AsSpan(_offset, _length) : _lent.GetSpan();

    public Memory<byte> Memory => _segment is not null ? _segment.Array.AsMemory(_offset, _length) : _lent is not null ? _lent.Memory : default;

    public void Release()
    {
        _segment?.Release();
        _lent?.Return();
    }
}

/// <summary>Items that stand together in one segment. Whoever holds them releases the segment once.</summary>
internal readonly record struct BatchSlice(Segment Segment, int Offset, int Bytes, int Count);
