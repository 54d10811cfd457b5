using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers;

/// <summary>How a <see cref="WorkerPool"/> behaves.</summary>
public sealed class WorkerPoolOptions
{
    internal static readonly WorkerPoolOptions Default = new();

    /// <summary>What each worker runs before its first task. Default: nothing.</summary>
    public WorkerInitializer? Initializer { get; init; }

    /// <summary>How many tasks a worker runs before another takes its place. Default: <see langword="null"/>, any number.</summary>
    public int? MaxTasksPerWorker { get; init => field = AtLeastOne(value, nameof(MaxTasksPerWorker)); }

    /// <summary>
    /// How long one task may take. Then its worker is killed, and the call fails with <see cref="TimeoutException"/>; it is not tried again.
    /// Default: infinite. Cost: each task is reported on its own.
    /// </summary>
    public TimeSpan TaskTimeout { get; init => field = Limit(value, nameof(TaskTimeout)); } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// How often a task is tried again whose worker was lost. Default: 0, the call fails with <see cref="WorkerLostException"/>. Risk: a task that runs again
    /// does what it did a second time, and one that was done may run again if its result was not received.
    /// </summary>
    public int MaxRetries { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxRetries must be 0 or more."); }

    /// <summary>
    /// How many items of a map go to a worker at a time. Default: <see langword="null"/>: a quarter of each worker's share, rounded up, where the
    /// number of items is known; 1 for streams.
    /// </summary>
    public int? ChunkSize { get; init => field = AtLeastOne(value, nameof(ChunkSize)); }

    /// <summary>
    /// How many items of a stream are in hand: taken from the source, and their results not yet taken by the caller. Default: <see langword="null"/>,
    /// four chunks a worker.
    /// </summary>
    public int? MaxInFlight { get; init => field = AtLeastOne(value, nameof(MaxInFlight)); }

    /// <summary>
    /// How long running tasks of a call have to end after it was canceled or has failed; then their workers are killed and replaced. Default: 5 s. The call is
    /// over no later than that.
    /// </summary>
    public TimeSpan CancelTimeout { get; init => field = Limit(value, nameof(CancelTimeout)); } = TimeSpan.FromSeconds(5);

    /// <summary>How long a worker may take to start and run its initializer; then it is killed, and counts as failed. Default: 60 s.</summary>
    public TimeSpan StartTimeout { get; init => field = Limit(value, nameof(StartTimeout)); } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How many starts in a row may fail, the process or the initializer, before all calls fail with <see cref="WorkerLostException"/>. Default: 3. The next
    /// call tries again.
    /// </summary>
    public int MaxStartAttempts { get; init => field = AtLeastOne(value, nameof(MaxStartAttempts))!.Value; } = 3;

    /// <summary>Environment, working directory and output of the workers; its name, with a number, names them. Default: as the parent.</summary>
    public WorkerOptions? Worker { get; init; }

    /// <summary>Where lost workers, and failures of calls that nobody awaited, are logged. Default: nowhere.</summary>
    public ILogger? Logger { get; init; }

    private static int? AtLeastOne(int? value, string name) =>
        value is null or > 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 or more.");

    private static TimeSpan Limit(TimeSpan value, string name) =>
        value == Timeout.InfiniteTimeSpan || (value >= TimeSpan.Zero && value.TotalMilliseconds <= int.MaxValue)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} is zero or more, below 25 days, or Timeout.InfiniteTimeSpan.");
}
