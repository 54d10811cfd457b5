using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace CrossChannels.SharedMemory;

/// <summary>The reading end of a lane: copies items out and frees their room. One caller at a time, and only while the segment is mapped.</summary>
/// <remarks>
/// What the writer says is read once into a local and checked. A wrong value is never used: it is kept as <see cref="Violation"/>, and from
/// then on there is no item.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed unsafe class LaneReader
{
    private const int NoHead = -2;
    private const int NullHead = -1;

    private readonly byte* _start;
    private readonly byte* _chunks;
    private readonly int* _next;
    private readonly long* _writtenWord;
    private readonly long* _takenWord;
    private readonly int* _writerParkedWord;
    private readonly LaneLayout _layout;
    private readonly int _chunkBytes;
    private readonly int _usableBytes;
    private readonly int _chunkCount;
    private readonly bool _isFenceShared;
    private byte* _at;
    private byte* _end;
    private int _chunk;
    private int _head = NoHead;
    private long _taken;
    private long _seen;
    private long _takenBytes;
    private bool _isFrozen;
    private int _tag;
    private bool _isRented;
    private long _page;

    /// <param name="segment">Laid out; stays mapped while this is used.</param>
    /// <param name="layout">Of the segment.</param>
    /// <param name="isFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
    public LaneReader(SharedSegment segment, LaneLayout layout, bool isFenceShared)
    {
        _start = segment.Start;
        _chunks = _start + layout.ChunksStart;
        _next = (int*)(_start + LaneLayout.HeaderBytes);
        _writtenWord = (long*)(_start + LaneLayout.Written);
        _takenWord = (long*)(_start + LaneLayout.Taken);
        _writerParkedWord = (int*)(_start + LaneLayout.WriterParked);
        _layout = layout;
        _chunkBytes = layout.ChunkBytes;
        _usableBytes = layout.ElementSize > 0 ? layout.ItemsPerChunk * layout.ElementSize : _chunkBytes;
        _chunkCount = layout.ChunkCount;
        _isFenceShared = isFenceShared;
        _at = _chunks;
        _end = _chunks + _usableBytes;
    }

    /// <summary>Items taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Items known to be published.</summary>
    public long Seen => Volatile.Read(ref _seen);

    /// <summary>What the writer said that no correct one says.</summary>
    public string? Violation { get; private set; }

    /// <summary>The writer has said that no item follows. The items that it published before are seen by the next look.</summary>
    public bool IsClosed => Volatile.Read(ref *(int*)(_start + LaneLayout.Closed)) != 0;

    /// <summary>Looks at what the writer has published.</summary>
    public void Look() => TryFindItems();

    /// <summary>Looks for the last time: what is published from now on does not count.</summary>
    public void Freeze()
    {
        TryFindItems();
        _isFrozen = true;
    }

    /// <summary>Whether there is an item.</summary>
    public bool HasItems
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _taken != _seen || TryFindItems();
    }

    /// <summary>Items that could be taken now. May be asked beside another caller.</summary>
    public long Count
    {
        get
        {
            long taken = Taken;
            long written = _isFrozen ? Seen : Volatile.Read(ref *_writtenWord);
            return Violation is not null ? 0 : Math.Clamp(written - taken, 0, _layout.Capacity);
        }
    }

    /// <summary>Takes one item of fixed size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead<T>(out T item)
    {
        if ((_taken == _seen && !TryFindItems()) || (_at == _end && !TryFollow()))
        {
            item = default!;
            return false;
        }
        item = Unsafe.ReadUnaligned<T>(_at);
        _at += Unsafe.SizeOf<T>();
        Free(1);
        return true;
    }

    /// <summary>Takes as many items of fixed size as are there and fit, and frees their room at once.</summary>
    public int TryReadMany<T>(Span<T> items)
    {
        if (_seen - _taken < items.Length)
            TryFindItems();
        int count = (int)Math.Min(_seen - _taken, items.Length);
        if (count == 0)
            return 0;
        int size = Unsafe.SizeOf<T>();
        Span<byte> bytes = MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(items)), checked(count * size));
        if (!TryCopy(bytes, advance: true))
            return 0;
        Free(count);
        return count;
    }

    /// <summary>Takes items of fixed size, as many as are known to be there.</summary>
    /// <param name="items">Exactly their bytes.</param>
    /// <param name="count">At most <see cref="Seen"/> less <see cref="Taken"/>.</param>
    public bool TryCopyMany(Span<byte> items, int count)
    {
        if (!TryCopy(items, advance: true))
            return false;
        Free(count);
        return true;
    }

    /// <summary>Tells how long the next item is; -1 for one that is null.</summary>
    public bool TryPeekLength(out int length)
    {
        length = _layout.ElementSize;
        if (!HasItems)
            return false;
        if (length > 0)
            return true;
        if (_head == NoHead)
        {
            if (_at == _end && !TryFollow())
                return false;
            // Read once: the length that is checked is the one that is used.
            long head = *(long*)_at;
            if (_layout.IsTagged)
            {
                _tag = (int)(head >> 32);
                head = _tag < 0 ? long.MinValue : (int)head;
            }
            _isRented = _layout.RentBytes > 0 && head >> 32 == LaneLayout.Rented;
            if (_isRented)
                head = (int)head > 0 ? (int)head : long.MinValue;
            if (head is < NullHead or > int.MaxValue || head > _layout.MaxItemBytes)
            {
                Violation = $"A record on the lane has a length of {head:N0} bytes, and at most {_layout.MaxItemBytes:N0} are allowed.";
                Volatile.Write(ref _seen, _taken);
                return false;
            }
            _at += LaneLayout.RecordHead;
            if (_isRented && !TryFindPage((int)head))
                return false;
            _head = (int)head;
        }
        length = _head;
        return true;
    }

    /// <summary>Whether the next item, whose length was peeked, stands in the pages to rent.</summary>
    public bool IsRented => _isRented && _head != NoHead;

    /// <summary>Takes the next item, which was rented, and leaves it where it is.</summary>
    /// <param name="start">Its first byte.</param>
    /// <param name="returned">Where <paramref name="number"/> is written when it is not used any more.</param>
    /// <param name="number">Which item of the lane it is.</param>
    public void TakeRented(out nint start, out nint returned, out long number)
    {
        start = (nint)(_start + _layout.RentStart + (_page * LaneLayout.RentedPage));
        returned = (nint)(_start + _layout.ReturnsStart + (_page * sizeof(long)));
        number = _taken + 1;
        TakeRecord(_head);
    }

    /// <summary>What came with the next item, whose length was peeked.</summary>
    public int Tag => _tag;

    /// <summary>Copies the next item, whose length was peeked.</summary>
    /// <param name="item">Of that length.</param>
    /// <param name="take">Whether it is taken; else it stays.</param>
    public bool TryCopyNext(Span<byte> item, bool take)
    {
        if (IsRented)
        {
            new ReadOnlySpan<byte>(_start + _layout.RentStart + (_page * LaneLayout.RentedPage), item.Length).CopyTo(item);
            if (take)
            {
                TakeRented(out _, out nint returned, out long number);
                Volatile.Write(ref *(long*)returned, number);
            }
            return true;
        }
        if (!TryCopy(item, advance: take))
            return false;
        if (!take)
            return true;
        if (_layout.ElementSize == 0)
            TakeRecord(item.Length);
        else
            Free(1);
        return true;
    }

    /// <summary>After something was taken: clears the parked word of a writer that had set it.</summary>
    /// <returns>True if the writer is to be woken; once a parking.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWakeWriter()
    {
        // As in LaneWriter.TryWakeReader.
        if (!_isFenceShared)
            Interlocked.MemoryBarrier();
        return Volatile.Read(ref *_writerParkedWord) != 0 && Interlocked.Exchange(ref *_writerParkedWord, 0) != 0;
    }

    /// <summary>Says that this end waits for an item, then looks once more.</summary>
    /// <returns>False if there is one, or none will follow; then it is not parked.</returns>
    public bool TryPark()
    {
        SayParked(true);
        if (_isFenceShared)
            ProcessFence.Full();
        else
            Interlocked.MemoryBarrier();
        if (!IsClosed && !HasItems)
            return true;
        SayParked(false);
        return false;
    }

    /// <summary>Says whether this end waits to be rung.</summary>
    public void SayParked(bool isParked) => Volatile.Write(ref *(int*)(_start + LaneLayout.ReaderParked), isParked ? 1 : 0);

    /// <summary>How many items the writer has published since the last look, as it says. May be asked beside another caller.</summary>
    public long News => Volatile.Read(ref *_writtenWord) - Volatile.Read(ref _seen);

    /// <summary>Whether the writer has published more than was seen, or has closed. May be asked beside another caller.</summary>
    public bool HasNews => Volatile.Read(ref *_writtenWord) != Volatile.Read(ref _seen) || IsClosed;

    private void TakeRecord(int length)
    {
        _head = NoHead;
        _takenBytes += LaneLayout.RecordBytes(length);
        Volatile.Write(ref *(long*)(_start + LaneLayout.TakenBytes), _takenBytes);
        Free(1);
    }

    /// <summary>Reads where a rented item begins.</summary>
    private bool TryFindPage(int length)
    {
        long page = 0;
        if (!TryCopy(new Span<byte>(&page, sizeof(long)), advance: true))
            return false;
        long pages = (length + LaneLayout.RentedPage - 1) / LaneLayout.RentedPage;
        if (page < 0 || page > (_layout.RentBytes / LaneLayout.RentedPage) - pages)
        {
            Violation = $"A rented item of {length:N0} bytes is said to begin in page {page:N0} of the lane, which has {_layout.RentBytes / LaneLayout.RentedPage:N0} to rent.";
            Volatile.Write(ref _seen, _taken);
            return false;
        }
        _page = page;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Free(int count)
    {
        long taken = _taken + count;
        _taken = taken;
        Volatile.Write(ref *_takenWord, taken);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFindItems()
    {
        long written = Volatile.Read(ref *_writtenWord);
        if (Violation is not null || _isFrozen)
            return _seen != _taken;
        if (written < _seen || written - _taken > _layout.Capacity)
        {
            Violation = $"The lane's writer says that it wrote {written:N0} items, after {_seen:N0}; {_taken:N0} were taken, and {_layout.Capacity:N0} may be unread.";
            Volatile.Write(ref _seen, _taken);
            return false;
        }
        Volatile.Write(ref _seen, written);
        return written != _taken;
    }

    /// <summary>Goes on in the chunk that follows this one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFollow()
    {
        if (Violation is not null)
            return false;
        int next = Volatile.Read(ref _next[_chunk]);
        if ((uint)next >= (uint)_chunkCount)
        {
            Violation = $"Chunk {next:N0} follows on the lane, which has {_chunkCount:N0}.";
            Volatile.Write(ref _seen, _taken);
            return false;
        }
        _chunk = next;
        _at = _chunks + ((long)next * _chunkBytes);
        _end = _at + _usableBytes;
        return true;
    }

    /// <summary>Copies what follows to private memory, across chunks.</summary>
    private bool TryCopy(Span<byte> bytes, bool advance)
    {
        byte* at = _at;
        byte* end = _end;
        int chunk = _chunk;
        while (!bytes.IsEmpty)
        {
            if (_at == _end && !TryFollow())
                return false;
            int here = (int)Math.Min(bytes.Length, _end - _at);
            new ReadOnlySpan<byte>(_at, here).CopyTo(bytes);
            bytes = bytes[here..];
            _at += _layout.ElementSize > 0 ? here : (here + LaneLayout.RecordHead - 1) & -LaneLayout.RecordHead;
        }
        if (!advance)
        {
            _at = at;
            _end = end;
            _chunk = chunk;
        }
        return true;
    }
}
