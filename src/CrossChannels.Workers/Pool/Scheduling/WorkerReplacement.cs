using CrossChannels.Threading;

namespace CrossChannels.Workers.Pool;

/// <summary>
/// Which workers a pool starts: as many as there is work for, or all that it may have, in place of those that were lost or have left; and none once too many in a row did not start.
/// </summary>
/// <param name="gate">The scheduler's lock, which guards it all.</param>
/// <param name="size">The most workers.</param>
/// <param name="name">What workers are called, before their number.</param>
/// <param name="options">The pool's.</param>
/// <param name="slots">The workers that there are.</param>
/// <param name="overdue">Called when a worker's task has had its time.</param>
internal sealed class WorkerReplacement(RankedLock gate, int size, string name, WorkerPoolOptions options, List<WorkerSlot> slots, Action<WorkerSlot> overdue)
{
    // Of StartAsync: done at the moment at which all workers are ready.
    private readonly List<TaskCompletionSource> _starts = [];
    private int _failuresInARow;
    private int _count;

    /// <summary>Why the newest of those that failed to start did.</summary>
    public WorkerLostException? LastFailure { get; private set; }

    /// <summary>No worker is left, and no more are started until there is a new call.</summary>
    public bool HasGivenUp => AreFailuresTooMany && slots.Count == 0;

    private bool AreFailuresTooMany => _failuresInARow >= options.MaxStartAttempts;

    /// <summary>It is tried again.</summary>
    public void Forgive() => _failuresInARow = 0;

    /// <summary>Starts what is missing to the most workers.</summary>
    /// <param name="ready">Done when all are ready at one time.</param>
    /// <returns>The new ones, to begin outside the lock.</returns>
    public List<WorkerSlot> StartAll(TaskCompletionSource ready)
    {
        gate.AssertHeld();
        Forgive();
        if (AreAllReady())
        {
            ready.TrySetResult();
            return [];
        }
        _starts.Add(ready);
        return AddMissing();
    }

    /// <summary>Starts workers for work that those that are there cannot take.</summary>
    /// <returns>The new ones, to begin outside the lock.</returns>
    public List<WorkerSlot> StartFor(int pending)
    {
        gate.AssertHeld();
        List<WorkerSlot> added = [];
        for (; pending > 0 && slots.Count < size && !AreFailuresTooMany; pending--)
            added.Add(Add());
        return added;
    }

    /// <summary>A worker is ready.</summary>
    public void OnReady()
    {
        gate.AssertHeld();
        Forgive();
        if (!AreAllReady())
            return;
        // Here, because the next moment one may have done its number of tasks. Continuations run elsewhere.
        _starts.ForEach(static start => start.TrySetResult());
        _starts.Clear();
    }

    /// <summary>A worker was lost before it was ready.</summary>
    public void OnFailedStart(WorkerSlot slot, WorkerExit? exit, Exception? error)
    {
        gate.AssertHeld();
        _failuresInARow++;
        LastFailure = Describe(slot, exit, error);
    }

    /// <summary>A worker is gone. Where somebody waits until all are ready it is replaced at once; otherwise as soon as there is work for another.</summary>
    /// <param name="isFailedStart">It never was ready: those who wait are told.</param>
    /// <param name="isCompleted">The pool needs no more workers.</param>
    /// <returns>The new ones, to begin outside the lock.</returns>
    public List<WorkerSlot> OnLost(bool isFailedStart, bool isCompleted)
    {
        gate.AssertHeld();
        if (_starts.Count == 0)
            return [];
        if (!isCompleted && !isFailedStart)
            return AddMissing();
        foreach (TaskCompletionSource start in _starts)
        {
            if (isCompleted)
                start.TrySetCanceled(CancellationToken.None);
            else
                start.TrySetException(LastFailure!);

            // Its caller may have stopped waiting.
            _ = start.Task.Exception;
        }
        _starts.Clear();
        return [];
    }

    /// <summary>Whether as many workers as the pool may have are ready, and stay.</summary>
    private bool AreAllReady() => slots.Count(static slot => slot.IsReady && !slot.IsLeaving && !slot.IsKilled) == size;

    private List<WorkerSlot> AddMissing()
    {
        List<WorkerSlot> added = [];
        while (slots.Count < size)
            added.Add(Add());
        return added;
    }

    private WorkerSlot Add()
    {
        var slot = new WorkerSlot($"{name}-{++_count}", options.MaxTasksPerWorker ?? int.MaxValue, options.TaskTimeout, overdue);
        slots.Add(slot);
        return slot;
    }

    private WorkerLostException Describe(WorkerSlot slot, WorkerExit? exit, Exception? error)
    {
        if (slot.StartFailure is { } failure)
        {
            return new WorkerLostException(
                $"The initializer failed in {slot.Name}, start {_failuresInARow} in a row: {failure.RemoteType}: {failure.RemoteMessage}",
                exit,
                failure);
        }
        if (slot.Starting.IsCancellationRequested && !slot.IsKilled)
        {
            return new WorkerLostException(
                $"{slot.Name} was not ready within StartTimeout, {options.StartTimeout.TotalSeconds:0.###} s. Does its initializer wait for " +
                $"something? If it needs longer, raise {nameof(WorkerPoolOptions)}.{nameof(WorkerPoolOptions.StartTimeout)}.",
                exit,
                error);
        }
        return exit is null && error is not null
            ? new WorkerLostException($"{slot.Name} could not be started: {error.Message}", exit, error)
            : new WorkerLostException($"{slot.Name} was lost while it started: {WorkerLife.Describe(exit)}.", exit, error);
    }
}
