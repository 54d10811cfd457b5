using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Pool;

/// <summary>Logs the failure of a call whose task was collected without anybody having looked at it.</summary>
internal static class UnobservedFailures
{
    private static readonly ConditionalWeakTable<Exception, ILogger> s_watched = [];

    static UnobservedFailures()
    {
        TaskScheduler.UnobservedTaskException += static (_, e) =>
        {
            foreach (Exception exception in e.Exception.InnerExceptions)
            {
                if (s_watched.TryGetValue(exception, out ILogger? logger) && s_watched.Remove(exception))
                    Log.Unobserved(logger, exception);
            }
        };
    }

    public static void Watch(Exception failure, ILogger logger) => s_watched.AddOrUpdate(failure, logger);
}
