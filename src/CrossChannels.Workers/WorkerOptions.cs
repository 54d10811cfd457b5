using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers;

/// <summary>What a worker process is started with.</summary>
public sealed class WorkerOptions
{
    // A little below what timers take.
    private static readonly TimeSpan s_tooLong = TimeSpan.FromDays(49);

    /// <summary>How it is called in errors and logs. Default: <c>worker-1</c>, <c>worker-2</c> and so on.</summary>
    public string? Name { get; init; }

    /// <summary>True for a worker that is terminated, not waited for, when it is disposed or the parent exits. Default: false.</summary>
    public bool IsDaemon { get; init; }

    /// <summary>Variables that differ from the parent's; <see langword="null"/> removes one. Default: none.</summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; init; }

    /// <summary>Its working directory. Default: the parent's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>
    /// Takes what it writes to standard output, as it comes, all of it before the worker counts as exited. Default: <see langword="null"/>, it writes to
    /// the parent's.
    /// </summary>
    public TextWriter? Output { get; init; }

    /// <summary>Takes what it writes to standard error, likewise. Default: <see langword="null"/>, it writes to the parent's.</summary>
    public TextWriter? Error { get; init; }

    /// <summary>
    /// How long termination waits after it asked, before it kills: for a daemon that is disposed or left behind at the parent's exit, and as the default
    /// of <see cref="WorkerProcess.TerminateAsync"/>. Default: 5 s.
    /// </summary>
    public TimeSpan TerminateTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where what nobody is told otherwise is logged. Default: nowhere.</summary>
    public ILogger? Logger { get; init; }

    internal void Validate() => CheckWait(TerminateTimeout, nameof(TerminateTimeout));

    [SuppressMessage("Usage", "MA0015:Specify the parameter name in ArgumentException", Justification = "It is the name that the user knows.")]
    internal static void CheckWait(TimeSpan wait, string name)
    {
        if ((wait < TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan) || wait >= s_tooLong)
            throw new ArgumentOutOfRangeException(name, wait, "A time to wait is zero or more, below 49 days, or Timeout.InfiniteTimeSpan.");
    }
}
