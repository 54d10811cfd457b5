using System.Diagnostics.CodeAnalysis;

namespace CrossChannels.Workers.Pool;

/// <summary>One of a pool's workers, from the start of its process until that is gone. The scheduler's lock guards it.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Its timer is off once the worker has started or is gone.")]
internal sealed class WorkerSeat(string name, int tasksLeft)
{
    private readonly CancellationTokenSource _starting = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => name;

    public IPoolWorker? Worker { get; private set; }

    /// <summary>Chunks that it has; the first is at work.</summary>
    public LinkedList<Chunk> Window { get; } = [];

    /// <summary>How many chunks it may have at a time: as many as make about a millisecond of work.</summary>
    public int Depth { get; set; } = 1;

    /// <summary>How many more tasks may be given to it.</summary>
    public int TasksLeft { get; set; } = tasksLeft;

    /// <summary>True once its process is being started.</summary>
    public bool HasBegun { get; set; }

    public bool IsReady { get; private set; }

    /// <summary>True once it gets nothing more, because it has done its number or the pool is complete.</summary>
    public bool IsLeaving { get; set; }

    public bool IsKilled { get; private set; }

    /// <summary>True while somebody gives it chunks.</summary>
    public bool IsFed { get; set; }

    public bool IsRecalling { get; set; }

    /// <summary>When the task at work is to end, in ticks of <see cref="Environment.TickCount64"/>.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    public Timer? Clock { get; set; }

    /// <summary>Why it failed to start, as it said.</summary>
    public WorkerFailedException? StartFailure { get; set; }

    /// <summary>Ends among the arguments of its initializer. Only for the one who starts it.</summary>
    public GivenEnds? Given { get; set; }

    /// <summary>Methods that it knows. Only for the one who feeds it.</summary>
    public HashSet<int> Methods { get; } = [];

    /// <summary>What is sent to it. Only for the one who feeds it.</summary>
    public TaskWriter Writer { get; } = new();

    public CancellationToken Starting => _starting.Token;

    /// <summary>Done when it is ready, or will not be.</summary>
    public Task Ready => _ready.Task;

    public void LimitStart(TimeSpan timeout) => _starting.CancelAfter(timeout);

    /// <summary>Returns whether it was told to go while it came.</summary>
    public bool Attach(IPoolWorker worker)
    {
        Worker = worker;
        return IsKilled;
    }

    public void BeReady()
    {
        IsReady = true;
        _starting.CancelAfter(Timeout.InfiniteTimeSpan);
        _ready.TrySetResult();
    }

    public void BeGone(Exception? why)
    {
        IsReady = false;
        _starting.CancelAfter(Timeout.InfiniteTimeSpan);
        Clock?.Dispose();
        if (why is null)
            _ready.TrySetResult();
        else
            _ready.TrySetException(why);
        _ = _ready.Task.Exception;
    }

    /// <summary>Notes that it is to be killed; the scheduler does it outside its lock.</summary>
    public void Doom() => IsKilled = true;

    /// <summary>Outside the lock.</summary>
    public void Kill()
    {
        _ = _starting.CancelAsync();
        Worker?.Kill();
    }
}
