using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace CrossChannels.SharedMemory;

/// <summary>The writing end of a lane: stores items and publishes them. One caller at a time, and only while the segment is mapped.</summary>
/// <remarks>
/// What the reader says is read once into a local and checked. A wrong value is never used: it is kept as <see cref="Violation"/>, and from
/// then on there is no room.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed unsafe class LaneWriter
{
    private readonly byte* _start;
    private readonly byte* _chunks;
    private readonly int* _next;
    private readonly long* _writtenWord;
    private readonly long* _takenWord;
    private readonly int* _readerParkedWord;
    private readonly long* _claimedWord;
    private readonly long* _grantedWord;
    private readonly LaneLayout _layout;
    private readonly long _capacity;
    private readonly long _maxBytes;
    private readonly int _chunkBytes;
    private readonly int _chunkCount;
    private readonly bool _isFenceShared;
    private readonly Queue<(int Chunk, long Until)> _full = new();
    private byte* _at;
    private byte* _end;
    private int _chunk = -1;
    private int _fresh;
    private long _written;
    private long _stored;
    private long _limit;
    private long _taken;
    private long _writtenBytes;
    private long _takenBytes;
    private long _wantedAt = -1;
    private long _wantedAfter;
    private long _wants;

    /// <param name="segment">Laid out; stays mapped while this is used.</param>
    /// <param name="layout">Of the segment.</param>
    /// <param name="isFenceShared">Both processes take part in <see cref="ProcessFence"/>.</param>
    /// <param name="unsentBytes">What this end allows itself beyond what the reader allows to be unread.</param>
    public LaneWriter(SharedSegment segment, LaneLayout layout, bool isFenceShared, long unsentBytes = long.MaxValue)
    {
        _start = segment.Start;
        _chunks = _start + layout.ChunksStart;
        _next = (int*)(_start + LaneLayout.HeaderBytes);
        _writtenWord = (long*)(_start + LaneLayout.Written);
        _takenWord = (long*)(_start + LaneLayout.Taken);
        _readerParkedWord = (int*)(_start + LaneLayout.ReaderParked);
        _claimedWord = (long*)(_start + LaneLayout.Claimed);
        _grantedWord = layout.IsShared ? (long*)(_start + LaneLayout.Granted) : null;
        _layout = layout;
        _chunkBytes = layout.ChunkBytes;
        _chunkCount = layout.ChunkCount;
        _isFenceShared = isFenceShared;
        LaneLayout own = layout.Within(unsentBytes);
        _maxBytes = own.MaxBytes;
        _capacity = own.Capacity;
        _limit = layout.IsShared ? 0 : _capacity;
    }

    /// <summary>Items published.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Items that the reader has taken, as far as was looked last.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>What the reader said that no correct one says.</summary>
    public string? Violation { get; private set; }

    /// <summary>Publishes one item of fixed size.</summary>
    /// <returns>False if there is no room.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite<T>(T item)
    {
        if ((_written == _limit && !TryFindRoom()) || (_grantedWord != null && !TryClaim(1)))
            return false;
        if (_at == _end)
            BeginElements();
        Unsafe.WriteUnaligned(_at, item);
        _at += Unsafe.SizeOf<T>();
        Publish(1);
        return true;
    }

    /// <summary>Publishes as many items of fixed size as there is room for, all at once.</summary>
    public int TryWriteMany<T>(ReadOnlySpan<T> items)
    {
        if (_limit - _written < items.Length)
            TryFindRoom();
        int count = (int)Math.Min(_limit - _written, items.Length);
        // What was granted may have been lowered meanwhile; what is left is taken by the next call.
        if (count == 0 || (_grantedWord != null && !TryClaim(count)))
            return 0;
        ReadOnlySpan<byte> bytes = MemoryMarshal.CreateReadOnlySpan(
            ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(items)), checked(count * Unsafe.SizeOf<T>()));
        CopyElements(bytes, count);
        Publish(count);
        return count;
    }

    /// <summary>How many items of fixed size there is room for.</summary>
    public long Room
    {
        get
        {
            TryFindRoom();
            return _limit - _written;
        }
    }

    /// <summary>Publishes items of fixed size, for which there is room, all at once.</summary>
    public void WriteMany(ReadOnlySpan<byte> items, int count)
    {
        CopyElements(items, count);
        Publish(count);
    }

    /// <summary>Publishes one item given as bytes.</summary>
    /// <param name="item">Of the fixed size, where there is one.</param>
    /// <param name="isNull">It is null, and has no bytes.</param>
    /// <param name="tag">Goes with it, where the lane's items have one.</param>
    /// <returns>False if there is no room.</returns>
    public bool TryWrite(ReadOnlySpan<byte> item, bool isNull, int tag = 0)
    {
        if ((_written == _limit && !TryFindRoom()) || (_layout.ElementSize == 0 && !HasRoom) || (_grantedWord != null && !TryClaim(1)))
            return false;
        if (_layout.ElementSize > 0)
        {
            CopyElements(item, 1);
            Publish(1);
            return true;
        }
        if (_at == _end)
            BeginChunk(_chunkBytes);
        long head = isNull ? -1 : item.Length;
        *(long*)_at = _layout.IsTagged ? (uint)head | ((long)tag << 32) : head;
        _at += LaneLayout.RecordHead;
        CopyRecord(item);
        _writtenBytes += LaneLayout.RecordBytes(item.Length);
        Publish(1);
        return true;
    }

    /// <summary>Publishes an item that was filled in place.</summary>
    /// <param name="page">Where it begins, in the pages to rent.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="number">Which item of the lane it is, from 1 on.</param>
    /// <returns>False if there is no room.</returns>
    public bool TryWriteRented(long page, int length, out long number)
    {
        number = _written + 1;
        if ((_written == _limit && !TryFindRoom()) || !HasRoom)
            return false;
        if (_at == _end)
            BeginChunk(_chunkBytes);
        *(long*)_at = ((long)LaneLayout.Rented << 32) | (uint)length;
        _at += LaneLayout.RecordHead;
        CopyRecord(new ReadOnlySpan<byte>(&page, sizeof(long)));
        // Its bytes count as everywhere: they are unread, wherever they stand.
        _writtenBytes += LaneLayout.RecordBytes(length);
        Publish(1);
        return true;
    }

    /// <summary>Whether there is room for an item, of any length: the last record may exceed the bytes that may be unread.</summary>
    public bool HasRoom => (_written < _limit && HasBytes) || (TryFindRoom() && HasBytes);

    private bool HasBytes => _layout.ElementSize > 0 || _writtenBytes - _takenBytes < _maxBytes;

    /// <summary>Says that no item follows; after the last one.</summary>
    public void Close() => Volatile.Write(ref *(int*)(_start + LaneLayout.Closed), 1);

    /// <summary>After something was published: clears the parked word of a reader that had set it.</summary>
    /// <returns>True if the reader is to be woken; once a parking.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWakeReader()
    {
        // The store that published must be seen before this load is done, or both ends could miss each other. A reader that parks pays for
        // that where both processes share a fence; elsewhere each publishing does.
        if (!_isFenceShared)
            Interlocked.MemoryBarrier();
        return Volatile.Read(ref *_readerParkedWord) != 0 && Interlocked.Exchange(ref *_readerParkedWord, 0) != 0;
    }

    /// <summary>Says that this end waits for room, then looks once more.</summary>
    /// <returns>False if there is room; then it is not parked.</returns>
    public bool TryPark()
    {
        Volatile.Write(ref *(int*)(_start + LaneLayout.WriterParked), 1);
        if (_isFenceShared)
            ProcessFence.Full();
        else
            Interlocked.MemoryBarrier();
        if (!HasRoom)
            return true;
        Volatile.Write(ref *(int*)(_start + LaneLayout.WriterParked), 0);
        return false;
    }

    /// <summary>How many items the reader has taken since the last look, as it says; on a shared lane, how many there is room for now. May be asked beside another caller.</summary>
    public long News => _grantedWord == null
        ? Volatile.Read(ref *_takenWord) - Volatile.Read(ref _taken)
        : Math.Max(0, Math.Min(Volatile.Read(ref *_grantedWord), Volatile.Read(ref *_takenWord) + _capacity) - Written);

    /// <summary>On a shared lane: asks for credit, if that is what is missing; once a position, and again after some was granted.</summary>
    /// <returns>True if the hub is to be woken, which does not look at the lane by itself now.</returns>
    public bool TryWant()
    {
        if (_grantedWord == null)
            return false;
        // Before what is granted, so that a grant which that does not show makes this end ask again.
        long grants = Volatile.Read(ref *(long*)(_start + LaneLayout.Grants));
        if (Volatile.Read(ref *_grantedWord) > _written || (_wantedAt == _written && _wantedAfter == grants))
            return false;
        _wantedAt = _written;
        _wantedAfter = grants;
        SayWanted(_wants + 1 + (_wants & 1));
        return TryWakeReader();
    }

    /// <summary>On a shared lane: nobody waits for credit any more.</summary>
    public void WithdrawWant()
    {
        _wantedAt = -1;
        SayWanted(_wants + (_wants & 1));
    }

    /// <summary>So much news is worth going on for at once: with less, both ends would meet at every item.</summary>
    public int WorthyNews => (int)Math.Clamp(_capacity / 2, 1, 128);

    /// <summary>Looks at what the reader has taken.</summary>
    public void Look() => TryFindRoom();

    /// <summary>On a shared lane: says what is about to be published, and looks whether that is granted still.</summary>
    /// <remarks>
    /// The hub lowers what is granted, then looks at the claim. The fence between its two steps, or the one between the two steps here, makes
    /// one of the two see the other's: so nothing is published that was taken back, and no call pays for that with a locked instruction.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryClaim(int count)
    {
        Volatile.Write(ref *_claimedWord, _written + count);
        if (!_isFenceShared)
            Interlocked.MemoryBarrier();
        return _written + count <= Volatile.Read(ref *_grantedWord) || Unclaim();
    }

    /// <summary>Odd while something is wanted; another number for each time.</summary>
    private void SayWanted(long wants)
    {
        _wants = wants;
        Volatile.Write(ref *(long*)(_start + LaneLayout.Wanted), wants);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Unclaim()
    {
        Volatile.Write(ref *_claimedWord, _written);
        _limit = _written;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Publish(int count)
    {
        long written = _written + count;
        _written = _stored = written;
        Volatile.Write(ref *_writtenWord, written);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFindRoom()
    {
        long taken = Volatile.Read(ref *_takenWord);
        long bytes = Volatile.Read(ref *(long*)(_start + LaneLayout.TakenBytes));
        if (Violation is not null)
            return false;
        // Bytes are told before items, so that they may be ahead of them.
        if (taken < _taken || taken > _written || bytes < _takenBytes || bytes > _writtenBytes)
        {
            Violation = $"The lane's reader says that it took {taken:N0} items, {bytes:N0} bytes, after {_taken:N0} items, {_takenBytes:N0} bytes; {_written:N0} items, {_writtenBytes:N0} bytes were written.";
            _limit = _written;
            return false;
        }
        Volatile.Write(ref _taken, taken);
        _takenBytes = bytes;
        _limit = taken + _capacity;
        if (_grantedWord != null)
            _limit = Math.Max(_written, Math.Min(_limit, Volatile.Read(ref *_grantedWord)));
        return _written < _limit;
    }

    private void BeginElements() => BeginChunk(_layout.ItemsPerChunk * _layout.ElementSize);

    /// <summary>Goes on in the next chunk: the one that was full first, if all its items are taken, else a fresh one.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BeginChunk(int usableBytes)
    {
        // The item that comes next begins, or goes on, in the next chunk: once it is taken the reader has left this one, and has read
        // which one follows.
        if (_chunk >= 0)
            _full.Enqueue((_chunk, _stored + 1));
        if (_full.TryPeek(out (int Chunk, long Until) first) && first.Until > _taken)
            TryFindRoom();
        int next = _chunk;
        if (_full.Count > 0 && first.Until <= _taken)
            next = _full.Dequeue().Chunk;
        else if (_fresh < _chunkCount)
            next = _fresh++;
        else
            Violation ??= $"The lane's reader says that it took {_takenBytes:N0} bytes of {_writtenBytes:N0}, but only {_taken:N0} items of {_written:N0}.";
        if (_chunk >= 0)
            Volatile.Write(ref _next[_chunk], next);
        _chunk = next;
        _at = _chunks + ((long)next * _chunkBytes);
        _end = _at + usableBytes;
    }

    private void CopyElements(ReadOnlySpan<byte> bytes, int count)
    {
        int size = _layout.ElementSize;
        while (count > 0)
        {
            if (_at == _end)
                BeginElements();
            int here = (int)Math.Min(count, (_end - _at) / size);
            bytes[..(here * size)].CopyTo(new Span<byte>(_at, here * size));
            bytes = bytes[(here * size)..];
            _at += here * size;
            _stored += here;
            count -= here;
        }
    }

    private void CopyRecord(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_at == _end)
                BeginChunk(_chunkBytes);
            int here = (int)Math.Min(bytes.Length, _end - _at);
            bytes[..here].CopyTo(new Span<byte>(_at, here));
            bytes = bytes[here..];
            _at += (here + LaneLayout.RecordHead - 1) & -LaneLayout.RecordHead;
        }
    }
}
