using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Pool;

/// <summary>What is logged about pools. Event ids are unique within the library.</summary>
internal static partial class Log
{
    [LoggerMessage(1101, LogLevel.Warning, "{Worker} of a pool was lost: {Exit}.", EventName = nameof(Lost))]
    public static partial void Lost(ILogger logger, string worker, WorkerExit? exit, Exception? exception);

    [LoggerMessage(1102, LogLevel.Warning, "{Worker} is killed: its task of {Method} did not end within {Wait} after its call was over.", EventName = nameof(KilledLate))]
    public static partial void KilledLate(ILogger logger, string worker, string method, TimeSpan wait);

    [LoggerMessage(1103, LogLevel.Error, "A call of a pool failed, and nobody looked at its task.", EventName = nameof(Unobserved))]
    public static partial void Unobserved(ILogger logger, Exception exception);
}
