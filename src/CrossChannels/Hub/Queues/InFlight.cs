using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>Items that were sent to one reader and are not done with, in the order of its link. Guarded by the channel's lock.</summary>
/// <remarks>In chunks, so that leases which are settled in any order cost the same however many are open.</remarks>
internal sealed class InFlight(int elementSize)
{
    private const int ChunkSize = 128;

    private readonly List<List<ItemBatch>> _chunks = [];
    private List<ItemBatch>? _spare;

    // Of the first chunk so many batches, taken in order, are gone.
    private int _head;

    public long Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Whether an item is among them that may have killed a program before.</summary>
    public bool HasSuspect { get; private set; }

    /// <summary>When the first of them was first sent to a reader; null if there is none.</summary>
    public long? FirstSentAt => _chunks.Count > 0 && _chunks[0].Count > _head ? _chunks[0][_head].FirstSentAt : null;

    public void Add(in ItemBatch batch)
    {
        if (_chunks.Count == 0 || _chunks[^1].Count >= ChunkSize)
            _chunks.Add(TakeChunk());
        _chunks[^1].Add(batch);
        Count += batch.Count;
        Bytes += batch.Bytes;
        HasSuspect |= batch.IsSuspect;
    }

    /// <summary>The lowest number in the channel of the newest items.</summary>
    public long LowestOfNewest(long count)
    {
        long lowest = long.MaxValue;
        for (int c = _chunks.Count - 1; c >= 0 && count > 0; c--)
        {
            for (int i = _chunks[c].Count - 1; i >= First(c) && count > 0; i--)
            {
                ItemBatch batch = _chunks[c][i];
                lowest = Math.Min(lowest, batch.Sequence + Math.Max(0, batch.Count - count));
                count -= batch.Count;
            }
        }
        return lowest;
    }

    /// <summary>Takes the oldest items out; the caller releases them.</summary>
    public void TakeOldest(long count, List<ItemBatch> taken)
    {
        while (count > 0)
        {
            List<ItemBatch> chunk = _chunks[0];
            ItemBatch batch = chunk[_head];
            if (batch.Count > count)
            {
                taken.Add(Forget(batch.CutFirst((int)count, elementSize)));
                chunk[_head] = batch;
                return;
            }
            taken.Add(Forget(batch));
            count -= batch.Count;
            RemoveAt(0, _head);
        }
    }

    /// <summary>Takes the newest items out.</summary>
    public void TakeNewest(long count, List<ItemBatch> taken)
    {
        while (count > 0)
        {
            List<ItemBatch> chunk = _chunks[^1];
            ItemBatch batch = chunk[^1];
            if (batch.Count > count)
            {
                chunk[^1] = batch.CutFirst((int)(batch.Count - count), elementSize);
                taken.Add(Forget(batch));
                return;
            }
            taken.Add(Forget(batch));
            count -= batch.Count;
            RemoveAt(_chunks.Count - 1, chunk.Count - 1);
        }
    }

    /// <summary>Takes a range of the link's numbers out.</summary>
    /// <returns>False if one of them is not here; those before it are taken.</returns>
    public bool TryTake(in SettleRange range, List<ItemBatch> taken)
    {
        long first = range.First, left = range.Count;
        while (left > 0)
        {
            if (!TryFind(first, out int c, out int at))
                return false;
            List<ItemBatch> chunk = _chunks[c];
            ItemBatch batch = chunk[at];
            if (batch.LinkSequence < first)
            {
                chunk[at] = batch.CutFirst((int)(first - batch.LinkSequence), elementSize);
                chunk.Insert(++at, batch);
            }
            if (batch.Count > left)
            {
                taken.Add(Forget(batch.CutFirst((int)left, elementSize)));
                chunk[at] = batch;
                SplitIfLong(c);
                return true;
            }
            taken.Add(Forget(batch));
            first += batch.Count;
            left -= batch.Count;
            RemoveAt(c, at);
        }
        return true;
    }

    private ItemBatch Forget(in ItemBatch batch)
    {
        Count -= batch.Count;
        Bytes -= batch.Bytes;
        HasSuspect &= Count > 0;
        return batch;
    }

    private int First(int chunk) => chunk == 0 ? _head : 0;

    private bool TryFind(long linkSequence, out int c, out int at)
    {
        int low = 0, high = _chunks.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_chunks[middle][0].LinkSequence <= linkSequence)
                low = middle;
            else
                high = middle - 1;
        }
        c = low;
        at = -1;
        if (_chunks.Count == 0)
            return false;
        List<ItemBatch> chunk = _chunks[c];
        low = First(c);
        high = chunk.Count - 1;
        while (low <= high)
        {
            at = (low + high) / 2;
            ItemBatch batch = chunk[at];
            if (linkSequence < batch.LinkSequence)
                high = at - 1;
            else if (linkSequence >= batch.LinkSequence + batch.Count)
                low = at + 1;
            else
                return true;
        }
        return false;
    }

    private void RemoveAt(int c, int at)
    {
        List<ItemBatch> chunk = _chunks[c];
        if (c == 0 && at == _head)
            chunk[_head++] = default;
        else
            chunk.RemoveAt(at);
        if (chunk.Count > First(c))
            return;
        // A lone chunk is used again, and one of several is kept for the next.
        chunk.Clear();
        _spare = chunk;
        _chunks.RemoveAt(c);
        if (c == 0)
            _head = 0;
    }

    private void SplitIfLong(int c)
    {
        List<ItemBatch> chunk = _chunks[c];
        if (chunk.Count < 2 * ChunkSize)
            return;
        if (c == 0)
        {
            chunk.RemoveRange(0, _head);
            _head = 0;
        }
        int half = chunk.Count / 2;
        List<ItemBatch> second = TakeChunk();
        second.AddRange(chunk[half..]);
        chunk.RemoveRange(half, chunk.Count - half);
        _chunks.Insert(c + 1, second);
    }

    private List<ItemBatch> TakeChunk()
    {
        List<ItemBatch> chunk = _spare ?? [];
        _spare = null;
        return chunk;
    }
}
