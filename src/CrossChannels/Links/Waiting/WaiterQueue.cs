using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>Waiters in the order in which they came. Guarded by its owner's lock.</summary>
internal sealed class WaiterQueue
{
    private Waiter? _last;

    public Waiter? First { get; private set; }

    public bool IsEmpty => First is null;

    public int Count { get; private set; }

    /// <summary>Called under the lock when a caller has canceled its wait.</summary>
    public Action? Canceled { get; init; }

    public void Enqueue(Waiter waiter)
    {
        waiter.Queue = this;
        waiter.Previous = _last;
        waiter.Next = null;
        if (_last is null)
            First = waiter;
        else
            _last.Next = waiter;
        _last = waiter;
        Count++;
    }

    public Waiter Dequeue()
    {
        Waiter waiter = First!;
        Remove(waiter);
        return waiter;
    }

    public void Remove(Waiter waiter)
    {
        if (waiter.Previous is null)
            First = waiter.Next;
        else
            waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null)
            _last = waiter.Previous;
        else
            waiter.Next.Previous = waiter.Previous;
        waiter.Next = waiter.Previous = null;
        waiter.Queue = null;
        Count--;
    }

    /// <summary>Decides every waiter alike and moves it to the list of those to wake.</summary>
    public void DecideAll(ref WakeList wake, bool result, Exception? error = null)
    {
        while (First is not null)
        {
            Waiter waiter = Dequeue();
            waiter.Decide(result, error);
            wake.Add(waiter);
        }
    }
}

/// <summary>Waiters whose outcome is decided, gathered under a lock to be woken outside it, in order.</summary>
internal struct WakeList
{
    private Waiter? _first;
    private Waiter? _last;

    public readonly bool IsEmpty => _first is null;

    public void Add(Waiter waiter)
    {
        if (_last is null)
            _first = waiter;
        else
            _last.Next = waiter;
        _last = waiter;
    }

    /// <summary>Takes over the waiters of another list, behind its own.</summary>
    public void Append(ref WakeList other)
    {
        if (other._first is null)
            return;
        if (_last is null)
            _first = other._first;
        else
            _last.Next = other._first;
        _last = other._last;
        other = default;
    }

    /// <summary>Wakes all. The last may run on this thread; the others never do, since one that runs long would hold them up.</summary>
    public void Wake(bool inline)
    {
        if (_first is null)
            return;
        HeldLocks.AssertNone();
        Waiter? waiter = _first;
        _first = _last = null;
        while (waiter is not null)
        {
            Waiter? next = waiter.Next;
            waiter.Next = null;
            waiter.Wake(inline && next is null);
            waiter = next;
        }
    }
}

/// <summary>Keeps a few waiters of one kind for their next use.</summary>
internal sealed class WaiterPool
{
    private const int MaxKept = 16;

    private readonly RankedLock _sync = new(LockRank.WaiterPool);
    private readonly Stack<Waiter> _kept = new(0);

    public Waiter? TryTake()
    {
        using (_sync.Enter())
            return _kept.TryPop(out Waiter? waiter) ? waiter : null;
    }

    public void Return(Waiter waiter)
    {
        using (_sync.Enter())
        {
            if (_kept.Count < MaxKept)
                _kept.Push(waiter);
        }
    }
}
