using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers;

/// <summary>What is logged about worker processes and pools. Event ids are unique within the library.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(1001, LogLevel.Warning, "The writer that takes the output of {Worker} threw; what comes now is dropped.")]
    public static partial void OutputNotTaken(ILogger logger, string worker, Exception exception);

    [LoggerMessage(1002, LogLevel.Warning, "{Worker} has not ended within {Wait} after it was asked to, and is killed.")]
    public static partial void Killed(ILogger logger, string worker, TimeSpan wait);

    [LoggerMessage(1003, LogLevel.Debug, "{Worker} (process {ProcessId}) ended with {Exit}.")]
    public static partial void Ended(ILogger logger, string worker, int processId, WorkerExit exit);

    [LoggerMessage(1101, LogLevel.Warning, "{Worker} of a pool was lost: {Exit}.", EventName = nameof(Lost))]
    public static partial void Lost(ILogger logger, string worker, WorkerExit? exit, Exception? exception);

    [LoggerMessage(1102, LogLevel.Warning, "{Worker} is killed: its task of {Method} did not end within {Wait} after its call was over.", EventName = nameof(KilledLate))]
    public static partial void KilledLate(ILogger logger, string worker, string method, TimeSpan wait);

    [LoggerMessage(1103, LogLevel.Error, "A call of a pool failed, and its task was not awaited.", EventName = nameof(Unobserved))]
    public static partial void Unobserved(ILogger logger, Exception exception);

    [LoggerMessage(1104, LogLevel.Warning, "An enumerator over the results of {Method} was neither read to its end nor disposed; its call is canceled.",
        EventName = nameof(StreamForgotten))]
    public static partial void StreamForgotten(ILogger logger, string method);
}
