using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CrossChannels.Diagnostics;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;

namespace CrossChannels.Hub;

/// <summary>The items of a channel that no reader has, in order: what came back stands before what was never delivered. Guarded by the channel's lock.</summary>
/// <remarks>Of what came back some may be for certain readers only (<see cref="ItemTaker"/>), and some waits a while. Neither holds up what is behind it.</remarks>
internal sealed class HubQueue(int elementSize, HubClock? clock = null)
{
    // Sorted by sequence, the lowest last, so that it is cheap to take.
    private readonly List<ItemBatch> _returned = [];
    private readonly PriorityQueue<ItemBatch, long> _waiting = new();
    private readonly ItemTraces _traces = new();
    private readonly ArrivalTimes? _arrivals = clock is null ? null : new ArrivalTimes(clock);
    private ItemQueue _fresh = new(elementSize, itemwise: false);
    private ItemContract? _contract;
    private int _returnedCount;
    private int _waitingCount;
    private int _restricted;

    public int ElementSize { get; private set; } = elementSize;

    /// <summary>Items that a reader could have now.</summary>
    public int Count => _fresh.Count + _returnedCount;

    /// <summary>All items here, with those that wait until their time has come.</summary>
    public int Total => Count + _waitingCount;

    /// <summary>When the next item that waits has its time; <see cref="long.MaxValue"/> if none does.</summary>
    public long NextDue => _waiting.TryPeek(out _, out long due) ? due : long.MaxValue;

    /// <summary>Some items may have killed the program that had them, and are to be delivered alone.</summary>
    public bool HasSuspects { get; private set; }

    /// <summary>Some items were taken back from a reader, and are for certain others for a while.</summary>
    public bool HasInOrder { get; private set; }

    /// <summary>Bytes of all items here, their lengths included.</summary>
    public long Bytes { get; private set; }

    /// <summary>The number that the next accepted item gets.</summary>
    public long NextSequence { get; private set; }

    /// <summary>Some items are not for every reader.</summary>
    public bool IsRestricted => _restricted > 0;

    private long FreshSequence => NextSequence - _fresh.Count;

    /// <summary>How long the first of the items here has been here, in milliseconds; null if there is none. Of one that came back: since it was first sent to a reader.</summary>
    public long? OldestAge
    {
        get
        {
            if (_arrivals is null || clock is null || Total == 0)
                return null;
            long oldest = 0;
            foreach (ItemBatch batch in _returned.Concat(_waiting.UnorderedItems.Select(static waiting => waiting.Element)))
                oldest = Math.Max(oldest, batch.FirstSentAt > 0 ? clock.Now - batch.FirstSentAt : _arrivals.AgeOf(batch.Sequence));
            if (_fresh.Count > 0)
                oldest = Math.Max(oldest, _arrivals.AgeOf(FreshSequence));
            return oldest;
        }
    }

    /// <summary>Whether this reader could have an item now.</summary>
    public bool HasFor(ItemTaker taker) => _fresh.Count > 0 || FindReturned(taker) >= 0;

    /// <summary>It has become known what the items are. That may change until the first is written, and before that nothing is queued.</summary>
    public void Know(ItemContract? contract)
    {
        if (contract is null || ReferenceEquals(contract, _contract))
            return;
        _contract = contract;
        ElementSize = contract.ElementSize;
        _fresh = new ItemQueue(ElementSize, itemwise: false);
    }

    public void Append(ReadOnlySpan<byte> payload, int count, ItemTrace? trace = null)
    {
        Appending(count, trace);
        _fresh.Append(payload, count);
        Bytes += payload.Length;
        NextSequence += count;
    }

    /// <inheritdoc cref="ItemQueue.RoomFor"/>
    public Span<byte> RoomFor(int bytes) => _fresh.RoomFor(bytes);

    /// <inheritdoc cref="ItemQueue.Filled"/>
    public void Filled(int bytes, int count)
    {
        Appending(count, trace: null);
        _fresh.Filled(bytes, count);
        Bytes += bytes;
        NextSequence += count;
    }

    /// <summary>Appends one item.</summary>
    /// <returns>Bytes that it takes.</returns>
    public int AppendItem(ReadOnlySpan<byte> item, bool isNull, ItemTrace? trace = null)
    {
        Appending(1, trace);
        int bytes = _fresh.AppendItem(item, isNull);
        Bytes += bytes;
        NextSequence++;
        return bytes;
    }

    /// <summary>Appends a segment of its own; takes its reference.</summary>
    public void Append(Segment payload, int count, ItemTrace? trace = null)
    {
        Appending(count, trace);
        Bytes += payload.Written;
        NextSequence += count;
        _fresh.Append(payload, count);
    }

    /// <summary>Takes the next item of a plain fixed size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake<TItem>(ItemTaker taker, [MaybeNullWhen(false)] out TItem item, out long sequence)
    {
        if (_returnedCount > 0 && TryTakeReturned(taker, out item, out sequence))
            return true;
        sequence = FreshSequence;
        if (!_fresh.TryTake(out item))
            return false;
        taker.Highest = sequence;
        Bytes -= ElementSize;
        return true;
    }

    /// <summary>Takes as many items of a plain fixed size as fit and were never delivered; those that came back are taken one by one.</summary>
    /// <param name="taker">Who takes them.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="sequence">The number of the first.</param>
    public int TakeMany<TItem>(ItemTaker taker, Span<TItem> destination, out long sequence)
    {
        if (_returnedCount > 0 && destination.Length > 0 && TryTakeReturned(taker, out destination[0]!, out sequence))
            return 1;
        sequence = FreshSequence;
        int fresh = _fresh.TakeMany(destination);
        if (fresh > 0)
            taker.Highest = sequence + fresh - 1;
        Bytes -= (long)fresh * ElementSize;
        return fresh;
    }

    /// <summary>Claims the next item; the caller releases the slice.</summary>
    public bool TryClaim(ItemTaker taker, out ItemSlice slice, out DeliveryTag tag, out int bytes)
    {
        int at = FindReturned(taker);
        if (at < 0)
        {
            int one = 1;
            tag = new DeliveryTag(FreshSequence, 0, _traces.At(FreshSequence, ref one));
            if (!_fresh.TryClaim(out slice, out bytes))
                return false;
            taker.Highest = tag.Sequence;
            Bytes -= bytes;
            return true;
        }
        ItemBatch batch = TakeReturned(at, 1);
        taker.Highest = Math.Max(taker.Highest, batch.Sequence);
        bytes = batch.Bytes;
        tag = new DeliveryTag(batch.Sequence, batch.Deliveries, batch.Trace);
        slice = SliceOf(batch, ElementSize);
        return true;
    }

    /// <summary>Looks at the next item; the caller releases the slice.</summary>
    public bool TryPeek(ItemTaker taker, out ItemSlice slice)
    {
        int at = FindReturned(taker);
        if (at < 0)
            return _fresh.TryPeek(out slice, out _);
        ItemBatch batch = _returned[at];
        batch.Segment.Retain();
        batch.Count = 1;
        batch.End = batch.Offset + ItemsHeader.LengthOf(batch.Payload, 1, ElementSize);
        slice = SliceOf(batch, ElementSize);
        return true;
    }

    /// <summary>Takes items that stand together: at least one, then as many as the limits allow.</summary>
    public bool TryTakeRun(ItemTaker taker, int maxCount, long maxBytes, out ItemBatch batch)
    {
        int at = FindReturned(taker);
        if (at >= 0)
        {
            ItemBatch head = _returned[at];
            int most = head.IsSuspect ? 1 : Math.Min(maxCount, head.Count);
            batch = TakeReturned(at, ItemsHeader.CountWithin(head.Payload, most, maxBytes, ElementSize));
            return true;
        }
        batch = default;
        long sequence = FreshSequence;
        ItemTrace? trace = _traces.At(sequence, ref maxCount);
        long? queued = ChannelMetrics.AreQueuesTimed && _fresh.Count > 0 ? _arrivals?.AgeOf(sequence) : null;
        if (!_fresh.TryTakeRun(maxCount, maxBytes, out BatchSlice taken))
            return false;
        batch = new ItemBatch { Segment = taken.Segment, Offset = taken.Offset, End = taken.Offset + taken.Bytes, Count = taken.Count, Sequence = sequence, Trace = trace, QueuedMilliseconds = queued };
        Bytes -= taken.Bytes;
        return true;
    }

    /// <summary>Takes items back, to their place.</summary>
    public void Return(in ItemBatch batch)
    {
        int at = _returned.Count;
        while (at > 0 && _returned[at - 1].Sequence < batch.Sequence)
            at--;
        _returned.Insert(at, batch with { QueuedMilliseconds = null });
        _returnedCount += batch.Count;
        Bytes += batch.Bytes;
        Restrict(batch, by: 1);
    }

    /// <summary>Takes items back, to their place, but not before their time.</summary>
    /// <param name="batch">The items.</param>
    /// <param name="due">In milliseconds of the hub's clock.</param>
    public void ReturnLater(in ItemBatch batch, long due)
    {
        _waiting.Enqueue(batch, due);
        _waitingCount += batch.Count;
        Bytes += batch.Bytes;
    }

    /// <summary>Has readers find those items whose time has come.</summary>
    /// <returns>Whether there were any.</returns>
    public bool ReleaseDue(long now)
    {
        bool isAny = false;
        while (NextDue <= now)
        {
            isAny = true;
            ItemBatch batch = _waiting.Dequeue();
            _waitingCount -= batch.Count;
            Bytes -= batch.Bytes;
            Return(batch);
        }
        return isAny;
    }

    /// <summary>Readers have come, gone, or failed: what none of them may have is for all of them again.</summary>
    /// <param name="readers">All that there are.</param>
    /// <param name="isOrderGivenUp">No reader came for what was taken back from another.</param>
    public void Reconsider(IReadOnlyCollection<ItemTaker> readers, bool isOrderGivenUp = false)
    {
        if (_restricted == 0)
            return;
        for (int i = 0; i < _returned.Count; i++)
        {
            ItemBatch batch = _returned[i];
            if (batch.IsForAll)
                continue;
            Restrict(batch, by: -1);
            long sequence = batch.Sequence;
            ItemTaker? takenFrom = batch.TakenFrom;
            batch.IsInOrder = batch.IsInOrder && !isOrderGivenUp && readers.Any(reader => reader.Highest <= sequence);
            if (isOrderGivenUp || readers.All(reader => reader == takenFrom))
                batch.TakenFrom = null;
            if (batch.UnreadableTo is { } unreadableTo && readers.All(unreadableTo.Contains))
                batch.UnreadableTo = null;
            _returned[i] = batch;
            Restrict(batch, by: 1);
        }
        RefreshRestrictions();
    }

    /// <summary>Throws everything away.</summary>
    public void Clear()
    {
        _fresh.Clear();
        _traces.Clear();
        foreach (ItemBatch batch in _returned)
            batch.Release();
        foreach ((ItemBatch batch, _) in _waiting.UnorderedItems)
            batch.Release();
        _returned.Clear();
        _waiting.Clear();
        _returnedCount = _waitingCount = _restricted = 0;
        HasSuspects = HasInOrder = false;
        Bytes = 0;
    }

    private void Appending(int count, ItemTrace? trace)
    {
        _arrivals?.Add(NextSequence);
        if (trace is not null)
            _traces.Add(NextSequence, count, trace);
    }

    /// <returns>The place of the lowest item that came back and that this reader may have; -1 if there is none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindReturned(ItemTaker taker) => _restricted == 0 ? _returned.Count - 1 : FindRestricted(taker);

    private int FindRestricted(ItemTaker taker)
    {
        int at = _returned.Count - 1;
        while (at >= 0 && !taker.MayTake(_returned[at]))
            at--;
        return at;
    }

    private bool TryTakeReturned<TItem>(ItemTaker taker, [MaybeNullWhen(false)] out TItem item, out long sequence)
    {
        item = default;
        sequence = 0;
        int at = FindReturned(taker);
        if (at < 0)
            return false;
        ItemBatch batch = TakeReturned(at, 1);
        taker.Highest = Math.Max(taker.Highest, sequence = batch.Sequence);
        item = Unsafe.ReadUnaligned<TItem>(in batch.Payload[0]);
        batch.Release();
        return true;
    }

    private ItemBatch TakeReturned(int at, int count)
    {
        ItemBatch head = _returned[at];
        ItemBatch taken = head;
        if (count < head.Count)
        {
            taken = head.CutFirst(count, ElementSize);
            _returned[at] = head;
        }
        else
        {
            _returned.RemoveAt(at);
            Restrict(taken, by: -1);
            RefreshRestrictions();
        }
        _returnedCount -= taken.Count;
        Bytes -= taken.Bytes;
        return taken;
    }

    private void Restrict(in ItemBatch batch, int by)
    {
        if (batch.IsForAll)
            return;
        _restricted += by;
        HasSuspects |= batch.IsSuspect && by > 0;
        HasInOrder |= (batch.IsInOrder || batch.TakenFrom is not null) && by > 0;
    }

    private void RefreshRestrictions()
    {
        if (HasSuspects)
            HasSuspects = _restricted > 0 && _returned.Exists(static batch => batch.IsSuspect);
        if (HasInOrder)
            HasInOrder = _restricted > 0 && _returned.Exists(static batch => batch.IsInOrder || batch.TakenFrom is not null);
    }

    /// <summary>The one item of a batch, which takes the batch's hold on the segment.</summary>
    public static ItemSlice SliceOf(in ItemBatch batch, int elementSize)
    {
        if (elementSize > 0)
            return new ItemSlice(batch.Segment, batch.Offset, elementSize);
        if (!ItemsHeader.IsNull(batch.Payload))
            return new ItemSlice(batch.Segment, batch.Offset + ItemsHeader.LengthPrefix, batch.Bytes - ItemsHeader.LengthPrefix);
        batch.Release();
        return default;
    }

    /// <summary>The traces of those queued items that have one, a run of items an entry, in order. Guarded by the channel's lock.</summary>
    private sealed class ItemTraces
    {
        private readonly Queue<(long First, int Count, ItemTrace Trace)> _runs = new(0);

        /// <summary>Items were appended; numbers only grow.</summary>
        public void Add(long first, int count, ItemTrace trace) => _runs.Enqueue((first, count, trace));

        /// <summary>Finds the trace of an item; those before it are gone from the queue.</summary>
        /// <param name="sequence">The item.</param>
        /// <param name="count">How many items from it on may be taken together; becomes how many of them have the same trace, or none.</param>
        public ItemTrace? At(long sequence, ref int count)
        {
            while (_runs.TryPeek(out (long First, int Count, ItemTrace Trace) run))
            {
                if (run.First > sequence)
                {
                    count = (int)Math.Min(count, run.First - sequence);
                    return null;
                }
                long left = run.First + run.Count - sequence;
                if (left > 0)
                {
                    count = (int)Math.Min(count, left);
                    return run.Trace;
                }
                _runs.Dequeue();
            }
            return null;
        }

        public void Clear() => _runs.Clear();
    }

    /// <summary>When the items of a queue came: an entry for those of a moment, which lasts 10 ms, and longer where many moments are queued. Guarded by the channel's lock.</summary>
    private sealed class ArrivalTimes(HubClock clock)
    {
        private const long ShortestMoment = 10;
        private const int MomentsOfOneLength = 1024;

        private readonly Queue<(long First, long At)> _later = new(0);
        private long _first;
        private long _last = long.MinValue / 2;

        /// <summary>Items are appended; numbers only grow.</summary>
        public void Add(long first)
        {
            long now = clock.Now;
            if (now - _last < ShortestMoment * (1 + (_later.Count / MomentsOfOneLength)))
                return;
            _last = now;
            _later.Enqueue((first, now));
        }

        /// <summary>How long ago an item came, in milliseconds; those before it are gone from the queue.</summary>
        public long AgeOf(long sequence)
        {
            while (_later.TryPeek(out (long First, long At) moment) && moment.First <= sequence)
                _first = _later.Dequeue().At;
            return Math.Max(0, clock.Now - _first);
        }
    }
}
