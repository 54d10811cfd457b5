using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers;

/// <summary>What a worker process is started with.</summary>
public sealed record WorkerOptions
{
    internal static readonly WorkerOptions Default = new();

    /// <summary>Its name in errors and logs. Default: <c>worker-1</c>, <c>worker-2</c> and so on.</summary>
    public string? Name { get; init; }

    /// <summary>True for a worker that is terminated, not waited for, when it is disposed or the parent exits. Default: false.</summary>
    public bool IsDaemon { get; init; }

    /// <summary>
    /// Whether SIGTERM and SIGHUP end it in good order; if not, its parent alone decides when it ends. Service managers send SIGTERM to the
    /// whole process group.
    /// Default: <see langword="null"/>, true for a <see cref="WorkerProcess"/> and false for the workers of a pool, which finish what they
    /// have while their parent
    /// lives.
    /// </summary>
    public bool? ExitOnSignal { get; init; }

    /// <summary>Variables that differ from the parent's; <see langword="null"/> removes one. Default: none.</summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; init; }

    /// <summary>Its working directory. Default: the parent's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// Takes what it writes to standard output, as it comes, all of it before the worker counts as exited. Default: <see langword="null"/>,
    /// it writes to
    /// the parent's.
    /// </summary>
    public TextWriter? Output { get; init; }

    /// <summary>Takes what it writes to standard error, likewise. Default: <see langword="null"/>, it writes to the parent's.</summary>
    public TextWriter? Error { get; init; }

    /// <summary>
    /// How long termination waits after it asked, before it kills: for a daemon that is disposed or left behind at the parent's exit, and
    /// as the default
    /// of <see cref="WorkerProcess.TerminateAsync"/>. Default: 5 s.
    /// </summary>
    public TimeSpan TerminateTimeout
    {
        get;
        init => field = TimeoutRange.Check(value, nameof(TerminateTimeout));
    } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Receives what no caller observes: exits, kills, output that could not be taken. Default: <see cref="ConnectionOptions.DefaultLogger"/>.
    /// </summary>
    public ILogger? Logger { get; init; }
}
