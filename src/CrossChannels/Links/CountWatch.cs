using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Waits for one cumulative count of the peer: items received, or items read. Guarded by the outbox's lock.</summary>
/// <remarks>Targets only grow, so the waiters stand in order, and one request, for the first of them, is under way at a time.</remarks>
internal sealed class CountWatch(Outbox outbox, FrameType request)
{
    private readonly WaiterQueue _waiters = new();
    private readonly WaiterPool _pool = new();
    private long _requested = -1;

    /// <summary>The highest count that is known.</summary>
    public long Known { get; private set; }

    public bool HasWaiters => !_waiters.IsEmpty;

    /// <summary>Queues a waiter; the caller then watches its token outside the lock.</summary>
    public CountWaiter Enqueue(long target)
    {
        CountWaiter waiter = (CountWaiter?)_pool.TryTake() ?? new CountWaiter(outbox.Sync, _pool);
        waiter.Target = target;
        _waiters.Enqueue(waiter);
        Request();
        return waiter;
    }

    /// <summary>Takes the peer's count.</summary>
    public void Advance(long count, ref WakeList wake)
    {
        Known = Math.Max(Known, count);
        while (_waiters.First is CountWaiter first && first.Target <= Known)
        {
            _waiters.Dequeue();
            first.Decide(true);
            wake.Add(first);
        }
        Request();
    }

    /// <summary>The count will not grow any more.</summary>
    public void Fail(Exception error, ref WakeList wake) => _waiters.DecideAll(ref wake, false, error);

    private void Request()
    {
        if (_waiters.First is CountWaiter first && _requested <= Known && first.Target > Known)
        {
            _requested = first.Target;
            outbox.PostLocked(new OutFrame(request, _requested));
        }
    }
}
