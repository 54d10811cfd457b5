using CrossChannels.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers;

/// <summary>Every message about worker processes and pools, each with an event id of its own within both libraries.</summary>
/// <remarks>A logger is user code: these methods are called under no lock, and what it throws ends here.</remarks>
internal static partial class WorkerLog
{
    public static void OutputNotTaken(ILogger? logger, string worker, Exception exception)
    {
        if (Log.Quiet(logger) is { } quiet)
            OutputNotTakenCore(quiet, worker, exception);
    }

    public static void Killed(ILogger? logger, string worker, TimeSpan wait)
    {
        if (Log.Quiet(logger) is { } quiet)
            KilledCore(quiet, worker, wait);
    }

    public static void Ended(ILogger? logger, string worker, int processId, WorkerExit exit)
    {
        if (Log.Quiet(logger) is { } quiet)
            EndedCore(quiet, worker, processId, exit);
    }

    public static void Lost(ILogger? logger, string worker, WorkerExit? exit, Exception? exception)
    {
        if (Log.Quiet(logger) is { } quiet)
            LostCore(quiet, worker, exit, exception);
    }

    public static void KilledLate(ILogger? logger, string worker, string method, TimeSpan wait)
    {
        if (Log.Quiet(logger) is { } quiet)
            KilledLateCore(quiet, worker, method, wait);
    }

    public static void Unobserved(ILogger? logger, Exception exception)
    {
        if (Log.Quiet(logger) is { } quiet)
            UnobservedCore(quiet, exception);
    }

    public static void StreamForgotten(ILogger? logger, string method)
    {
        if (Log.Quiet(logger) is { } quiet)
            StreamForgottenCore(quiet, method);
    }

    [LoggerMessage(
        1001,
        LogLevel.Warning,
        "The writer that takes the output of {Worker} threw; what comes now is dropped.",
        EventName = nameof(OutputNotTaken))]
    private static partial void OutputNotTakenCore(ILogger logger, string worker, Exception exception);

    [LoggerMessage(
        1002,
        LogLevel.Warning,
        "{Worker} did not end within {Wait} after it was asked to, and is killed.",
        EventName = nameof(Killed))]
    private static partial void KilledCore(ILogger logger, string worker, TimeSpan wait);

    [LoggerMessage(1003, LogLevel.Debug, "{Worker} (process {ProcessId}) ended with {Exit}.", EventName = nameof(Ended))]
    private static partial void EndedCore(ILogger logger, string worker, int processId, WorkerExit exit);

    [LoggerMessage(1101, LogLevel.Warning, "{Worker} of a pool was lost: {Exit}.", EventName = nameof(Lost))]
    private static partial void LostCore(ILogger logger, string worker, WorkerExit? exit, Exception? exception);

    [LoggerMessage(
        1102,
        LogLevel.Warning,
        "{Worker} is killed: its task of {Method} did not end within {Wait} after its call was over.",
        EventName = nameof(KilledLate))]
    private static partial void KilledLateCore(ILogger logger, string worker, string method, TimeSpan wait);

    [LoggerMessage(1103, LogLevel.Error, "A call of a pool failed, and its task was not awaited.", EventName = nameof(Unobserved))]
    private static partial void UnobservedCore(ILogger logger, Exception exception);

    [LoggerMessage(
        1104,
        LogLevel.Warning,
        "An enumerator over the results of {Method} was neither read to its end nor disposed; its call is canceled.",
        EventName = nameof(StreamForgotten))]
    private static partial void StreamForgottenCore(ILogger logger, string method);
}
