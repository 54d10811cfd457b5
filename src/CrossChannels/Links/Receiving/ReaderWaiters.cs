using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>The callers that wait at one reading end. Guarded by the item receiver's lock.</summary>
/// <param name="sync">That lock.</param>
/// <param name="isSingleReader">A second pending read cancels the first, as in process for an unbounded channel of a single reader.</param>
internal sealed class ReaderWaiters(RankedLock sync, bool isSingleReader)
{
    private readonly WaiterQueue _blocked = new();
    private readonly WaiterQueue _waiting = new();
    private readonly WaiterPool _waitingPool = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Completion => _completion.Task;

    /// <summary>Whether nobody is blocked in a read of one item.</summary>
    public bool IsNoneBlocked => _blocked.IsEmpty;

    /// <summary>How many items are wanted at once: one for each that is blocked, and one that wakes all others.</summary>
    public int Wanted => _blocked.Count + (_waiting.IsEmpty ? 0 : 1);

    public int BlockedCount => _blocked.Count;

    public int WaiterCount => _blocked.Count + _waiting.Count;

    public bool IsAnyWaiting => !_blocked.IsEmpty || !_waiting.IsEmpty;

    /// <summary>Queues a caller that wants one item.</summary>
    public void Block(ReadWaiter waiter, ref WakeList wake)
    {
        Replace(_blocked, ref wake);
        _blocked.Enqueue(waiter);
    }

    /// <summary>Queues a caller that wants to know when there may be an item.</summary>
    public Waiter Wait(ref WakeList wake)
    {
        Replace(_waiting, ref wake);
        Waiter waiter = _waitingPool.TryTake() ?? new Waiter(sync, _waitingPool);
        _waiting.Enqueue(waiter);
        return waiter;
    }

    /// <summary>Takes the next blocked reader, to be handed an item.</summary>
    public ReadWaiter NextBlocked() => (ReadWaiter)_blocked.Dequeue();

    /// <summary>There are items that no blocked reader took.</summary>
    /// <returns>Whether anybody waited for any.</returns>
    public bool WakeWaiting(ref WakeList wake)
    {
        bool isAny = !_waiting.IsEmpty;
        _waiting.DecideAll(ref wake, true);
        return isAny;
    }

    /// <summary>The direction is over and nothing is left: sets <see cref="Completion"/>, then decides all waiters.</summary>
    public void End(Closure closure, ref WakeList wake)
    {
        switch (closure.Error)
        {
            case null:
                _completion.TrySetResult();
                break;
            case OperationCanceledException canceled:
                _completion.TrySetCanceled(canceled.CancellationToken);
                break;
            default:
                _completion.TrySetException(closure.Error);
                _ = _completion.Task.Exception;
                break;
        }
        _blocked.DecideAll(ref wake, false, closure.ForItem());
        _waiting.DecideAll(ref wake, false, closure.Error);
    }

    private void Replace(WaiterQueue queue, ref WakeList wake)
    {
        if (isSingleReader && !queue.IsEmpty)
            queue.DecideAll(ref wake, false, new OperationCanceledException());
    }
}
