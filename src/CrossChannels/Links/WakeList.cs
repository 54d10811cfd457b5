using CrossChannels.Threading;

namespace CrossChannels.Links;

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
