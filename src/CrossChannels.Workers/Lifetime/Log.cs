using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Lifetime;

/// <summary>What is logged about worker processes. Event ids are unique within the library.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Warning, "The writer that takes the output of {Worker} threw; what comes now is dropped.")]
    public static partial void OutputNotTaken(ILogger logger, string worker, Exception exception);

    [LoggerMessage(1002, LogLevel.Warning, "{Worker} has not ended within {Wait} after it was asked to, and is killed.")]
    public static partial void Killed(ILogger logger, string worker, TimeSpan wait);

    [LoggerMessage(1003, LogLevel.Debug, "{Worker} (process {ProcessId}) ended with {Exit}.")]
    public static partial void Ended(ILogger logger, string worker, int processId, WorkerExit exit);
}
