using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>The callers that wait at one reading end. Guarded by the item receiver's lock.</summary>
/// <param name="sync">That lock.</param>
/// <param name="isSingleReader">A second pending read cancels the first, as in process for an unbounded channel of a single reader.</param>
/// <param name="runsInline">Whether a continuation of <see cref="Completion"/> may run on the thread that ends the channel.</param>
internal sealed class ReaderWaiters(RankedLock sync, bool isSingleReader, bool runsInline = false)
{
    private readonly WaiterQueue _blocked = new();
    private readonly WaiterQueue _waiting = new();
    private readonly WaiterPool _waitingPool = new();
    private readonly ReaderCompletion _completion = new(runsInline);

    /// <summary>A second pending read cancels the first. A hub says so in its greeting, before anybody reads.</summary>
    public bool IsSingleReader { get; set; } = isSingleReader;

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

    /// <summary>The direction is over and nothing is left: decides <see cref="Completion"/> and all waiters.</summary>
    public void End(Closure closure, ref WakeList wake)
    {
        // Its continuations are user code, so that it is set with the waiters, outside the lock, and before them.
        wake.Complete(_completion, closure);
        _blocked.DecideAll(ref wake, false, closure.ForItem());
        _waiting.DecideAll(ref wake, false, closure.Error);
    }

    private void Replace(WaiterQueue queue, ref WakeList wake)
    {
        if (IsSingleReader && !queue.IsEmpty)
            queue.DecideAll(ref wake, false, new OperationCanceledException());
    }
}

/// <summary>The task that tells that a channel is over and nothing is left to read.</summary>
internal sealed class ReaderCompletion(bool runsInline)
{
    private readonly TaskCompletionSource _source = new(runsInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _source.Task;

    /// <summary>Sets it, once. Called outside any lock.</summary>
    public void Set(Closure closure)
    {
        if (runsInline)
            HeldLocks.AssertNone();
        switch (closure.Error)
        {
            case null:
                _source.TrySetResult();
                break;
            case OperationCanceledException canceled:
                _source.TrySetCanceled(canceled.CancellationToken);
                break;
            default:
                _source.TrySetException(closure.Error);
                _ = _source.Task.Exception;
                break;
        }
    }
}
