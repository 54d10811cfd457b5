using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers;

/// <summary>How a <see cref="WorkerPool"/> behaves.</summary>
public sealed record WorkerPoolOptions
{
    internal static readonly WorkerPoolOptions Default = new();

    /// <summary>What each worker runs before its first task. Default: nothing.</summary>
    public WorkerInitializer? Initializer { get; init; }

    /// <summary>How many tasks a worker runs before another takes its place. Default: <see langword="null"/>, any number.</summary>
    public int? MaxTasksPerWorker { get; init => field = AtLeastOne(value); }

    /// <summary>
    /// How long one task may take. Then its worker is killed, and the call fails with <see cref="TimeoutException"/>; it is not tried
    /// again.
    /// Default: infinite. Cost: each task is reported on its own.
    /// </summary>
    public TimeSpan TaskTimeout { get; init => field = TimeoutRange.Check(value, nameof(TaskTimeout)); } = Timeout.InfiniteTimeSpan;

    /// <summary>
    /// How often a task whose worker was lost is tried again. Default: 0, the call fails with <see cref="WorkerLostException"/>. Risk: a
    /// task that runs again
    /// does what it did a second time, and one that was done may run again if its result was not received.
    /// </summary>
    public int MaxRetries { get; init => field = OptionValue.AtLeast(value, 0); }

    /// <summary>
    /// How many items of a map go to a worker at a time; fewer where they are more than 1 MiB. Default: <see langword="null"/>, a quarter
    /// of each worker's
    /// share, rounded up, where the number of items is known, and 1 for streams.
    /// </summary>
    public int? ChunkSize { get; init => field = AtLeastOne(value); }

    /// <summary>
    /// How many items of a stream are in hand: taken from the source, and their results not yet taken by the caller. Default: <see
    /// langword="null"/>,
    /// four chunks a worker.
    /// </summary>
    public int? MaxInFlight { get; init => field = AtLeastOne(value); }

    /// <summary>
    /// How long running tasks of a call have to end after it was canceled or has failed; then their workers are killed and replaced.
    /// Default: 5 s. The call is
    /// over no later than that.
    /// </summary>
    public TimeSpan CancelTimeout { get; init => field = TimeoutRange.Check(value, nameof(CancelTimeout)); } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a worker may take to start and run its initializer; then it is killed, and counts as failed. Default: 60 s.
    /// </summary>
    public TimeSpan StartTimeout { get; init => field = TimeoutRange.Check(value, nameof(StartTimeout)); } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How many starts in a row may fail, the process or the initializer, before all calls fail with <see cref="WorkerLostException"/>.
    /// Default: 3. The next
    /// call tries again.
    /// </summary>
    public int MaxStartAttempts { get; init => field = OptionValue.AtLeast(value, 1); } = 3;

    /// <summary>
    /// Environment, working directory, output and <see cref="WorkerOptions.ExitOnSignal"/> of the workers; its name, with a number, names
    /// them. Default:
    /// <see langword="null"/>, as the parent. They are always daemons.
    /// </summary>
    public WorkerOptions? Worker { get; init; }

    /// <summary>
    /// Receives what no caller observes: lost workers, and failures of calls that were not awaited. Default:
    /// <see cref="ConnectionOptions.DefaultLogger"/>.
    /// </summary>
    public ILogger? Logger { get; init; }

    private static int? AtLeastOne(int? value, [CallerMemberName] string name = "") =>
        value is { } number ? OptionValue.AtLeast(number, 1, name) : null;
}
