namespace CrossChannels.Workers;

/// <summary>How a worker ended.</summary>
/// <param name="ExitCode">
/// Exit code of the process: 0 if its method returned and set no <see cref="Environment.ExitCode"/>, 1 if it threw, 143 if it was asked to
/// end, 128 + n if signal n ended it.
/// </param>
/// <param name="Exception">What its method threw; <see langword="null"/> if it threw nothing, or could not tell.</param>
public sealed record WorkerExit(int ExitCode, WorkerFailedException? Exception = null)
{
    private const int SignalBase = 128;
    private const int LastSignal = 64;

    /// <summary>The signal that an exit code of 128 + n stands for, as a shell says it; otherwise <see langword="null"/>.</summary>
    public int? Signal => ExitCode is > SignalBase and <= SignalBase + LastSignal ? ExitCode - SignalBase : null;

    /// <summary>True if its method returned, or it exited with code 0.</summary>
    public bool IsSuccess => ExitCode == 0 && Exception is null;

    /// <summary>Throws <see cref="WorkerFailedException"/> unless <see cref="IsSuccess"/>.</summary>
    public void EnsureSuccess()
    {
        if (!IsSuccess)
            throw Exception ?? new WorkerFailedException(
                $"The worker ended with {this} and told of no exception: it called Environment.Exit, or was ended from outside. " +
                $"{nameof(WorkerOptions)}.{nameof(WorkerOptions.Error)} takes what it writes.");
    }

    /// <summary>Returns a description.</summary>
    public override string ToString() =>
        (Signal is int signal ? $"exit code {ExitCode} (signal {signal})" : $"exit code {ExitCode}") +
        (Exception is null ? "" : $": {Exception.Message}");
}
