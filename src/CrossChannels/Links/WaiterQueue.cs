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
