using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CrossChannels.Links;
using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>The items of a channel that no reader has, in order: what was given back stands before what was never delivered. Guarded by the channel's lock.</summary>
internal sealed class HubQueue(int elementSize)
{
    private readonly ItemQueue _fresh = new(elementSize, itemwise: false);

    // Sorted by sequence, the lowest last, so that it is cheap to take.
    private readonly List<ItemBatch> _returned = [];
    private int _returnedCount;

    public int ElementSize => elementSize;

    public int Count => _fresh.Count + _returnedCount;

    /// <summary>Bytes of all items here, their lengths included.</summary>
    public long Bytes { get; private set; }

    /// <summary>The number that the next accepted item gets.</summary>
    public long NextSequence { get; private set; }

    /// <summary>The number of the next item to be read; <see cref="NextSequence"/> if there is none.</summary>
    public long HeadSequence => _returnedCount > 0 ? _returned[^1].Sequence : NextSequence - _fresh.Count;

    public void Append(ReadOnlySpan<byte> payload, int count)
    {
        _fresh.Append(payload, count);
        Bytes += payload.Length;
        NextSequence += count;
    }

    /// <summary>Appends one item.</summary>
    /// <returns>Bytes that it takes.</returns>
    public int AppendItem(ReadOnlySpan<byte> item, bool isNull)
    {
        int bytes = _fresh.AppendItem(item, isNull);
        Bytes += bytes;
        NextSequence++;
        return bytes;
    }

    /// <summary>Appends a segment of its own; takes its reference.</summary>
    public void Append(Segment payload, int count)
    {
        Bytes += payload.Written;
        NextSequence += count;
        _fresh.Append(payload, count);
    }

    /// <summary>Takes the next item of a plain fixed size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake<TItem>([MaybeNullWhen(false)] out TItem item)
    {
        if (_returnedCount > 0)
            return TryTakeReturned(out item);
        if (!_fresh.TryTake(out item))
            return false;
        Bytes -= elementSize;
        return true;
    }

    /// <summary>Takes as many items of a plain fixed size as fit.</summary>
    public int TakeMany<TItem>(Span<TItem> destination)
    {
        int taken = 0;
        while (_returnedCount > 0 && taken < destination.Length && TryTakeReturned(out TItem? item))
            destination[taken++] = item!;
        int fresh = _fresh.TakeMany(destination[taken..]);
        Bytes -= (long)fresh * elementSize;
        return taken + fresh;
    }

    /// <summary>Claims the next item; the caller releases the slice.</summary>
    public bool TryClaim(out ItemSlice slice, out DeliveryTag tag, out int bytes)
    {
        tag = new DeliveryTag(HeadSequence, 0);
        if (_returnedCount == 0)
        {
            if (!_fresh.TryClaim(out slice, out bytes))
                return false;
            Bytes -= bytes;
            return true;
        }
        ItemBatch run = TakeReturned(1);
        bytes = run.Bytes;
        tag = tag with { Deliveries = run.Deliveries };
        slice = SliceOf(run, elementSize);
        return true;
    }

    /// <summary>Looks at the next item; the caller releases the slice.</summary>
    public bool TryPeek(out ItemSlice slice)
    {
        if (_returnedCount == 0)
            return _fresh.TryPeek(out slice, out _);
        ItemBatch run = _returned[^1];
        run.Segment.Retain();
        run.Count = 1;
        run.End = run.Offset + ItemsHeader.LengthOf(run.Payload, 1, elementSize);
        slice = SliceOf(run, elementSize);
        return true;
    }

    /// <summary>Takes items that stand together: at least one, then as many as the limits allow.</summary>
    public bool TryTakeRun(int maxCount, long maxBytes, out ItemBatch run)
    {
        if (_returnedCount > 0)
        {
            ItemBatch head = _returned[^1];
            run = TakeReturned(ItemsHeader.CountWithin(head.Payload, Math.Min(maxCount, head.Count), maxBytes, elementSize));
            return true;
        }
        run = default;
        long sequence = HeadSequence;
        if (!_fresh.TryTakeRun(maxCount, maxBytes, out BatchSlice taken))
            return false;
        run = new ItemBatch { Segment = taken.Segment, Offset = taken.Offset, End = taken.Offset + taken.Bytes, Count = taken.Count, Sequence = sequence };
        Bytes -= taken.Bytes;
        return true;
    }

    /// <summary>Takes items back, to their place.</summary>
    public void Return(in ItemBatch run)
    {
        int at = _returned.Count;
        while (at > 0 && _returned[at - 1].Sequence < run.Sequence)
            at--;
        _returned.Insert(at, run);
        _returnedCount += run.Count;
        Bytes += run.Bytes;
    }

    /// <summary>Throws everything away.</summary>
    public void Clear()
    {
        _fresh.Clear();
        foreach (ItemBatch run in _returned)
            run.Release();
        _returned.Clear();
        _returnedCount = 0;
        Bytes = 0;
    }

    private bool TryTakeReturned<TItem>([MaybeNullWhen(false)] out TItem item)
    {
        ItemBatch run = TakeReturned(1);
        item = Unsafe.ReadUnaligned<TItem>(in run.Payload[0]);
        run.Release();
        return true;
    }

    private ItemBatch TakeReturned(int count)
    {
        ItemBatch head = _returned[^1];
        ItemBatch taken = head;
        if (count < head.Count)
        {
            taken = head.CutFirst(count, elementSize);
            _returned[^1] = head;
        }
        else
        {
            _returned.RemoveAt(_returned.Count - 1);
        }
        _returnedCount -= taken.Count;
        Bytes -= taken.Bytes;
        return taken;
    }

    /// <summary>The one item of a run, which takes the run's hold on the segment.</summary>
    public static ItemSlice SliceOf(in ItemBatch run, int elementSize)
    {
        if (elementSize > 0)
            return new ItemSlice(run.Segment, run.Offset, elementSize);
        if (!ItemsHeader.IsNull(run.Payload))
            return new ItemSlice(run.Segment, run.Offset + ItemsHeader.LengthPrefix, run.Bytes - ItemsHeader.LengthPrefix);
        run.Release();
        return default;
    }
}
