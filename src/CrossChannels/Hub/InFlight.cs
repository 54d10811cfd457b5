using CrossChannels.Protocol;

namespace CrossChannels.Hub;

/// <summary>Items that were sent to one reader and are not done with, in the order of its link. Guarded by the channel's lock.</summary>
internal sealed class InFlight(int elementSize)
{
    private readonly List<ItemBatch> _runs = [];
    private int _head;

    public long Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>The lowest number in the channel of all items here; <see cref="long.MaxValue"/> if there is none.</summary>
    public long LowestSequence
    {
        get
        {
            long lowest = long.MaxValue;
            for (int i = _head; i < _runs.Count; i++)
                lowest = Math.Min(lowest, _runs[i].Sequence);
            return lowest;
        }
    }

    public void Add(in ItemBatch run)
    {
        _runs.Add(run);
        Count += run.Count;
        Bytes += run.Bytes;
    }

    /// <summary>Takes the oldest items out; the caller releases them.</summary>
    public void TakeOldest(long count, List<ItemBatch> taken)
    {
        while (count > 0)
        {
            ItemBatch run = _runs[_head];
            if (run.Count > count)
            {
                taken.Add(Forget(run.CutFirst((int)count, elementSize)));
                _runs[_head] = run;
                break;
            }
            taken.Add(Forget(run));
            count -= run.Count;
            _runs[_head++] = default;
        }
        Compact();
    }

    /// <summary>Takes the newest items out.</summary>
    public void TakeNewest(long count, List<ItemBatch> taken)
    {
        while (count > 0)
        {
            ItemBatch run = _runs[^1];
            if (run.Count > count)
            {
                _runs[^1] = run.CutFirst((int)(run.Count - count), elementSize);
                taken.Add(Forget(run));
                return;
            }
            taken.Add(Forget(run));
            count -= run.Count;
            _runs.RemoveAt(_runs.Count - 1);
        }
    }

    /// <summary>Takes a range of the link's numbers out.</summary>
    /// <returns>False if one of them is not here; those before it are taken.</returns>
    public bool TryTake(in SettleRange range, List<ItemBatch> taken)
    {
        long first = range.First, left = range.Count;
        while (left > 0)
        {
            int at = Find(first);
            if (at < 0)
                return false;
            ItemBatch run = _runs[at];
            if (run.LinkSequence < first)
            {
                _runs[at] = run.CutFirst((int)(first - run.LinkSequence), elementSize);
                _runs.Insert(++at, run);
            }
            if (run.Count > left)
            {
                taken.Add(Forget(run.CutFirst((int)left, elementSize)));
                _runs[at] = run;
                break;
            }
            taken.Add(Forget(run));
            first += run.Count;
            left -= run.Count;
            if (at == _head)
                _runs[_head++] = default;
            else
                _runs.RemoveAt(at);
        }
        Compact();
        return true;
    }

    private ItemBatch Forget(in ItemBatch run)
    {
        Count -= run.Count;
        Bytes -= run.Bytes;
        return run;
    }

    private int Find(long linkSequence)
    {
        int low = _head, high = _runs.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            ItemBatch run = _runs[middle];
            if (linkSequence < run.LinkSequence)
                high = middle - 1;
            else if (linkSequence >= run.LinkSequence + run.Count)
                low = middle + 1;
            else
                return middle;
        }
        return -1;
    }

    private void Compact()
    {
        if (_head == _runs.Count)
        {
            _runs.Clear();
            _head = 0;
        }
        else if (_head > 64 && _head > _runs.Count / 2)
        {
            _runs.RemoveRange(0, _head);
            _head = 0;
        }
    }
}
