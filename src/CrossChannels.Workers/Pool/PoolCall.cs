namespace CrossChannels.Workers.Pool;

/// <summary>One call of a pool: its tasks, and what becomes of them. The scheduler's lock guards all but reading and writing items.</summary>
internal abstract class PoolCall(PoolMethod method)
{
    private static int s_count;

    private readonly Queue<Chunk> _suspects = new();
    private readonly Stack<Chunk> _returned = new();

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

    /// <summary>How many chunks wait for a worker.</summary>
    public int Pending => StopReason is null ? _suspects.Count + _returned.Count + Fresh : 0;

    /// <summary>True if nothing waits, nothing runs, and nothing will come.</summary>
    public bool IsOver => InFlight == 0 && (StopReason is not null || (Pending == 0 && IsSourceDone));

    /// <summary>How many chunks have not been given to a worker yet.</summary>
    protected abstract int Fresh { get; }

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
            var part = new Chunk(this, chunk.Next, most);
            chunk.Advance(most);
            _returned.Push(chunk);
            return part;
        }
        if (_suspects.Count > 0)
            return toIdle ? _suspects.Dequeue() : null;
        return Fresh > 0 ? TakeFresh(most) : null;
    }

    /// <summary>Takes back what no worker has begun.</summary>
    public void Return(Chunk chunk) => _returned.Push(new Chunk(this, chunk.Next, chunk.Left, chunk.Attempts));

    /// <summary>Takes back what a lost worker had.</summary>
    public void Suspect(Chunk chunk, int attempts)
    {
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

    /// <summary>Writes the arguments of a chunk; outside the lock.</summary>
    public abstract void Write(Chunk chunk, TaskWriter writer);

    /// <summary>Reads results from the next task of a chunk on; outside the lock.</summary>
    public abstract void Read(Chunk chunk, int count, TaskReader reader);

    /// <summary>Told once, outside the lock, when nothing of it runs any more.</summary>
    public abstract void Finish();

    protected abstract Chunk? TakeFresh(int most);
}
