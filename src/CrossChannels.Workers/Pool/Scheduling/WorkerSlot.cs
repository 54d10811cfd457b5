using System.Diagnostics.CodeAnalysis;
using CrossChannels.Workers.Arguments;

namespace CrossChannels.Workers.Pool;

/// <summary>One of a pool's workers, from the start of its process until that is gone. The scheduler's lock guards it.</summary>
/// <remarks>Disposed of when its worker is gone, by <see cref="SetGone"/>.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable",
    Justification = "Its timers are off once the worker is gone.")]
internal sealed class WorkerSlot
{
    private readonly CancellationTokenSource _starting = new();

    /// <param name="name">Its name.</param>
    /// <param name="tasksLeft">How many tasks it may be given.</param>
    /// <param name="taskTimeout">How long a task may take.</param>
    /// <param name="overdue">Called when the task at work may have had its time.</param>
    public WorkerSlot(string name, int tasksLeft, TimeSpan taskTimeout, Action<WorkerSlot> overdue)
    {
        Name = name;
        TasksLeft = tasksLeft;
        Clock = new TaskClock(taskTimeout, () => overdue(this));
    }

    public string Name { get; }

    public IPoolWorker? Worker { get; private set; }

    /// <summary>What is said to it; null until there is a process.</summary>
    public WorkerConnection? Connection { get; private set; }

    /// <summary>Chunks that it has; the first is at work.</summary>
    public LinkedList<Chunk> Window { get; } = [];

    /// <summary>How many chunks it may have at a time: as many as make about a millisecond of work.</summary>
    public int Depth { get; set; } = 1;

    /// <summary>How many more tasks may be given to it.</summary>
    public int TasksLeft { get; set; }

    /// <summary>True once its process is being started.</summary>
    public bool HasBegun { get; set; }

    public bool IsReady { get; private set; }

    /// <summary>True once it gets nothing more, because it has done its number or the pool is complete.</summary>
    public bool IsLeaving { get; set; }

    public bool IsKilled { get; private set; }

    /// <summary>True while a thread gives it chunks.</summary>
    public bool IsBeingFed { get; set; }

    public bool IsRecalling { get; set; }

    /// <summary>Of the task at work.</summary>
    public TaskClock Clock { get; }

    /// <summary>Why it failed to start, as it said.</summary>
    public WorkerFailedException? StartFailure { get; set; }

    /// <summary>The arguments of its initializer, with the ends among them. Only its supervisor uses it.</summary>
    public GivenArguments? Given { get; set; }

    public CancellationToken Starting => _starting.Token;

    /// <summary>Whether it has a chunk of this call.</summary>
    public bool Has(PoolCall call)
    {
        foreach (Chunk chunk in Window)
        {
            if (chunk.Call == call)
                return true;
        }
        return false;
    }

    public void LimitStart(TimeSpan timeout) => _starting.CancelAfter(timeout);

    public void Attach(IPoolWorker worker, WorkerConnection connection)
    {
        Worker = worker;
        Connection = connection;
    }

    /// <summary>False if its time to start is over, and its end under way.</summary>
    public bool TrySetReady()
    {
        _starting.CancelAfter(Timeout.InfiniteTimeSpan);
        if (_starting.IsCancellationRequested)
            return false;
        IsReady = true;
        return true;
    }

    public void SetGone()
    {
        IsReady = false;
        _starting.CancelAfter(Timeout.InfiniteTimeSpan);
        Clock.Dispose();
    }

    /// <summary>Notes that it is to be killed; the scheduler does it outside its lock.</summary>
    public void MarkKilled() => IsKilled = true;

    /// <summary>Outside the lock.</summary>
    public void Kill()
    {
        _ = _starting.CancelAsync();
        Worker?.Kill();
    }
}
