using CrossChannels.Workers.Messages;

namespace CrossChannels.Workers.Pool;

/// <summary>
/// One call of a pool: its tasks, and what becomes of them. The scheduler's lock guards all but reading and writing items.
/// </summary>
internal abstract class PoolCall(PoolMethod method)
{
    private static int s_count;

    private readonly Queue<Chunk> _suspects = new();
    private readonly Stack<Chunk> _returned = new();
    private int _end = int.MaxValue;

    public int Id { get; } = Interlocked.Increment(ref s_count);

    public PoolMethod Method => method;

    /// <summary>How many chunks workers have.</summary>
    public int InFlight { get; set; }

    /// <summary>True while it stands in the scheduler's queue.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Why no more of it is run; the first reason stands.</summary>
    public Exception? StopReason { get; private set; }

    public bool IsFinished { get; set; }

    /// <summary>Of its caller's token.</summary>
    public CancellationTokenRegistration Registration { get; set; }

    /// <summary>False if it was given what only one worker can have.</summary>
    public bool CanRetry { get; init; } = true;

    /// <summary>Whether its tasks are items, which messages count.</summary>
    public virtual bool HasItems => true;

    /// <summary>How many chunks wait for a worker.</summary>
    public int Pending => StopReason is null ? _suspects.Count + _returned.Count + Fresh : 0;

    /// <summary>How many tasks wait for a worker.</summary>
    public long PendingTasks => StopReason is null ? _suspects.Sum(static chunk => (long)chunk.Left) + _returned.Sum(static chunk => (long)chunk.Left) + FreshTasks : 0;

    /// <summary>True if nothing waits, nothing runs, and nothing will come.</summary>
    public bool IsOver => InFlight == 0 && (StopReason is not null || (Pending == 0 && IsSourceDone));

    /// <summary>What it is to be stopped with, now that all results before its failed task are there; outside the lock.</summary>
    public virtual Exception? DueFailure => null;

    /// <summary>How many chunks have not been given to a worker yet.</summary>
    protected abstract int Fresh { get; }

    /// <summary>How many tasks these have.</summary>
    protected abstract long FreshTasks { get; }

    protected virtual bool IsSourceDone => true;

    /// <summary>Takes the next chunk.</summary>
    /// <param name="most">How many tasks it may have.</param>
    /// <param name="toIdle">Whether the worker that gets it has nothing else.</param>
    public Chunk? Take(int most, bool toIdle)
    {
        if (_returned.TryPop(out Chunk? chunk))
        {
            if (chunk.Left <= most)
                return chunk;
            // A worker that is to be replaced soon takes a part.
            _returned.Push(chunk.CutTo(most));
            return chunk;
        }
        if (_suspects.Count > 0)
            return toIdle ? _suspects.Dequeue() : null;
        return Fresh > 0 ? TakeFresh(most) : null;
    }

    /// <summary>Takes back what no worker has begun.</summary>
    public void Return(Chunk chunk)
    {
        if (IsNeeded(chunk))
            _returned.Push(chunk.Again());
    }

    /// <summary>Takes back what a lost worker had.</summary>
    public void Suspect(Chunk chunk, int attempts)
    {
        if (!IsNeeded(chunk))
            return;
        foreach (Chunk part in chunk.Split(attempts))
            _suspects.Enqueue(part);
    }

    /// <summary>Ends it; false if it has a reason already.</summary>
    public bool TryStop(Exception reason)
    {
        if (StopReason is not null || IsFinished)
            return false;
        StopReason = reason;
        _suspects.Clear();
        _returned.Clear();
        return true;
    }

    /// <summary>Tasks from this number on are no longer needed.</summary>
    public virtual void DropFrom(int task)
    {
        _end = Math.Min(_end, task);
        Chunk[] suspects = [.. _suspects];
        Chunk[] returned = [.. _returned];
        _suspects.Clear();
        _returned.Clear();
        foreach (Chunk chunk in suspects)
        {
            if (IsNeeded(chunk))
                _suspects.Enqueue(chunk);
        }
        foreach (Chunk chunk in returned.Reverse())
        {
            if (IsNeeded(chunk))
                _returned.Push(chunk);
        }
    }

    /// <summary>
    /// Notes that a task failed; outside the lock. What it returns ends the call now; otherwise <see cref="DueFailure"/> tells when.
    /// </summary>
    public virtual Exception? Fail(int task, Exception reason) => reason;

    /// <summary>Writes the arguments of a task; outside the lock.</summary>
    public abstract void Write(int task, MessageWriter writer);

    /// <summary>Reads results from the next task of a chunk on; outside the lock.</summary>
    public abstract void Read(Chunk chunk, int count, MessageReader reader);

    /// <summary>Told once, outside the lock, when no task of it runs.</summary>
    public abstract void Finish();

    protected abstract Chunk? TakeFresh(int most);

    /// <summary>False for a chunk of tasks that are not needed; one that has such at its end loses them.</summary>
    protected bool IsNeeded(Chunk chunk)
    {
        if (chunk.Next >= _end)
            return false;
        if (chunk.Left > _end - chunk.Next)
            chunk.CutTo(_end - chunk.Next);
        return true;
    }

    /// <summary>Ends the caller's task.</summary>
    protected void Complete<T>(TaskCompletionSource<T> task, T result)
    {
        if (StopReason is null)
            task.SetResult(result);
        else if (StopReason is OperationCanceledException canceled)
            task.SetCanceled(canceled.CancellationToken);
        else
            task.SetException(StopReason);
    }
}
