using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Received items that nobody has read, as bytes in pooled segments. Guarded by its owner's lock.</summary>
/// <param name="elementSize">Bytes of an item of fixed size, or 0 where each has a length before it.</param>
/// <param name="itemwise">Whether the newest item can be taken back, as drop modes need; costs an entry an item.</param>
internal sealed class ItemQueue(int elementSize, bool itemwise)
{
    private const int FirstRuns = 4;
    private const int FirstSegmentBytes = 2 * 1024;
    private const int LargestSharedSegmentBytes = 64 * 1024;

    // None until the first item: idle links are many.
    private Run[] _runs = [];
    private int _head;
    private int _runCount;
    private Segment? _tail;
    private int _nextSegmentBytes = FirstSegmentBytes;

    /// <summary>Items in one segment, one behind the other.</summary>
    private struct Run
    {
        public Segment Segment;
        public int Offset;
        public int End;
        public int Count;
    }

    public int Count { get; private set; }

    /// <summary>Appends the payload of one checked frame.</summary>
    public void Append(ReadOnlySpan<byte> payload, int count)
    {
        Segment segment = TailFor(payload.Length);
        int offset = segment.Written;
        payload.CopyTo(segment.Array.AsSpan(offset));
        segment.Written = offset + payload.Length;
        if (itemwise)
            AppendItems(segment, offset, count);
        else
            AppendRun(segment, offset, segment.Written, count);
    }

    /// <summary>Appends one item.</summary>
    /// <returns>Bytes that it takes, its length included.</returns>
    public int AppendItem(ReadOnlySpan<byte> item, bool isNull)
    {
        int prefix = elementSize > 0 ? 0 : ItemsHeader.LengthPrefix;
        int bytes = prefix + item.Length;
        Segment segment = TailFor(bytes);
        int offset = segment.Written;
        if (prefix > 0)
            BinaryPrimitives.WriteInt32LittleEndian(segment.Array.AsSpan(offset), isNull ? ItemsHeader.NullLength : item.Length);
        item.CopyTo(segment.Array.AsSpan(offset + prefix));
        segment.Written = offset + bytes;
        AppendRun(segment, offset, offset + bytes, 1);
        return bytes;
    }

    /// <summary>Room for the payload of a batch, for one who fills it in place and then calls <see cref="Filled"/>, if it does.</summary>
    public Span<byte> RoomFor(int bytes)
    {
        Segment segment = TailFor(bytes);
        return segment.Array.AsSpan(segment.Written, bytes);
    }

    /// <summary>Appends what was filled in.</summary>
    public void Filled(int bytes, int count)
    {
        Segment segment = _tail!;
        int offset = segment.Written;
        segment.Written = offset + bytes;
        AppendRun(segment, offset, segment.Written, count);
    }

    /// <summary>Appends a segment of its own that was filled with the payload of one checked frame; takes its reference.</summary>
    public void Append(Segment filled, int count)
    {
        if (itemwise)
            AppendItems(filled, 0, count);
        else
            AppendRun(filled, 0, filled.Written, count);
        filled.Release();
    }

    /// <summary>Takes the next item of a plain fixed size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake<TItem>(out TItem item)
    {
        if (Count == 0)
        {
            // As the built-in channels do it: what the caller had in its variable would look like an item.
            item = default!;
            return false;
        }
        ref Run run = ref _runs[_head];
        item = Unsafe.ReadUnaligned<TItem>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(run.Segment.Array), run.Offset));
        run.Offset += Unsafe.SizeOf<TItem>();
        Count--;
        if (--run.Count == 0)
            DropHeadRun();
        return true;
    }

    /// <summary>Takes as many items of a plain fixed size as fit.</summary>
    public int TakeMany<TItem>(Span<TItem> destination)
    {
        int taken = 0;
        while (taken < destination.Length && Count > 0)
        {
            ref Run run = ref _runs[_head];
            int count = Math.Min(run.Count, destination.Length - taken);
            ref byte target = ref Unsafe.As<TItem, byte>(ref destination[taken]);
            Unsafe.CopyBlockUnaligned(ref target, ref run.Segment.Array[run.Offset], (uint)(count * Unsafe.SizeOf<TItem>()));
            run.Offset += count * Unsafe.SizeOf<TItem>();
            run.Count -= count;
            Count -= count;
            taken += count;
            if (run.Count == 0)
                DropHeadRun();
        }
        return taken;
    }

    /// <summary>Claims the next item.</summary>
    /// <param name="slice">Its bytes; the caller releases it.</param>
    /// <param name="payloadBytes">What it took of the byte window.</param>
    public bool TryClaim(out ItemSlice slice, out int payloadBytes)
    {
        if (!TryPeek(out slice, out payloadBytes))
            return false;
        ref Run run = ref _runs[_head];
        run.Offset += payloadBytes;
        Count--;
        if (--run.Count == 0)
            DropHeadRun();
        return true;
    }

    /// <summary>Looks at the next item without taking it; the caller releases the slice.</summary>
    public bool TryPeek(out ItemSlice slice, out int payloadBytes)
    {
        slice = default;
        payloadBytes = 0;
        if (Count == 0)
            return false;
        slice = Locate(_runs[_head], out payloadBytes);
        return true;
    }

    /// <summary>Takes back the newest item; only where the queue was made for it.</summary>
    public ItemSlice ClaimNewest(out int payloadBytes)
    {
        ref Run run = ref _runs[(_head + _runCount - 1) & (_runs.Length - 1)];
        ItemSlice slice = Locate(run, out payloadBytes);
        run.Segment.Release();
        run = default;
        _runCount--;
        Count--;
        return slice;
    }

    /// <summary>Takes items that stand together: at least one, then as many as the limits allow.</summary>
    public bool TryTakeRun(int maxCount, long maxBytes, out BatchSlice taken)
    {
        taken = default;
        if (Count == 0)
            return false;
        ref Run run = ref _runs[_head];
        ReadOnlySpan<byte> payload = run.Segment.Array.AsSpan(run.Offset, run.End - run.Offset);
        int count = ItemsHeader.CountWithin(payload, Math.Min(maxCount, run.Count), maxBytes, elementSize);
        int bytes = count == run.Count ? payload.Length : ItemsHeader.LengthOf(payload, count, elementSize);
        run.Segment.Retain();
        taken = new BatchSlice(run.Segment, run.Offset, bytes, count);
        run.Offset += bytes;
        run.Count -= count;
        Count -= count;
        if (run.Count == 0)
            DropHeadRun();
        return true;
    }

    /// <summary>Drops the newest items.</summary>
    /// <returns>What they took of the byte window.</returns>
    public long CutNewest(int count)
    {
        long bytes = 0;
        while (count > 0)
        {
            ref Run run = ref _runs[(_head + _runCount - 1) & (_runs.Length - 1)];
            int cut = Math.Min(count, run.Count);
            int end = run.Offset + ItemsHeader.LengthOf(run.Segment.Array.AsSpan(run.Offset), run.Count - cut, elementSize);
            bytes += run.End - end;
            run.End = end;
            run.Count -= cut;
            Count -= cut;
            count -= cut;
            if (run.Count > 0)
                continue;
            run.Segment.Release();
            run = default;
            _runCount--;
        }
        return bytes;
    }

    public void Clear()
    {
        while (_runCount > 0)
            DropHeadRun();
        Count = 0;
        _tail?.Release();
        _tail = null;
    }

    private ItemSlice Locate(in Run run, out int payloadBytes)
    {
        int offset = run.Offset, length = elementSize;
        payloadBytes = elementSize;
        if (elementSize == 0)
        {
            length = BinaryPrimitives.ReadInt32LittleEndian(run.Segment.Array.AsSpan(offset));
            offset += ItemsHeader.LengthPrefix;
            payloadBytes = ItemsHeader.LengthPrefix + Math.Max(length, 0);
            if (length == ItemsHeader.NullLength)
                return default;
        }
        run.Segment.Retain();
        return new ItemSlice(run.Segment, offset, length);
    }

    private Segment TailFor(int bytes)
    {
        if (_tail is { } tail)
        {
            if (tail.Room >= bytes)
                return tail;
            if (tail.IsSoleReference && tail.Size >= bytes)
            {
                tail.Written = 0;
                return tail;
            }
            tail.Release();
        }
        int size = Math.Max(_nextSegmentBytes, bytes);
        _nextSegmentBytes = Math.Min(_nextSegmentBytes * 4, LargestSharedSegmentBytes);
        return _tail = new Segment(size);
    }

    private void AppendItems(Segment segment, int offset, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int length = ItemsHeader.LengthOfFirst(segment.Array.AsSpan(offset), elementSize);
            AddRun(segment, offset, offset + length, 1);
            offset += length;
        }
    }

    private void AppendRun(Segment segment, int offset, int end, int count)
    {
        if (_runCount > 0)
        {
            ref Run last = ref _runs[(_head + _runCount - 1) & (_runs.Length - 1)];
            if (last.Segment == segment && last.End == offset)
            {
                last.End = end;
                last.Count += count;
                Count += count;
                return;
            }
        }
        AddRun(segment, offset, end, count);
    }

    private void AddRun(Segment segment, int offset, int end, int count)
    {
        if (_runCount == _runs.Length)
            Grow();
        segment.Retain();
        _runs[(_head + _runCount) & (_runs.Length - 1)] = new Run { Segment = segment, Offset = offset, End = end, Count = count };
        _runCount++;
        Count += count;
    }

    private void Grow()
    {
        var runs = new Run[Math.Max(FirstRuns, _runs.Length * 2)];
        for (int i = 0; i < _runCount; i++)
            runs[i] = _runs[(_head + i) & (_runs.Length - 1)];
        _runs = runs;
        _head = 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DropHeadRun()
    {
        ref Run run = ref _runs[_head];
        Segment segment = run.Segment;
        run = default;
        _head = (_head + 1) & (_runs.Length - 1);
        _runCount--;
        // An empty tail starts over, so that a reader that keeps up stays within one segment.
        if (segment == _tail && _runCount == 0)
        {
            segment.Release();
            if (segment.IsSoleReference)
                segment.Written = 0;
            return;
        }
        segment.Release();
    }
}
