using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Pool;

/// <summary>Logs the failure of a call whose task was collected before anything had looked at it.</summary>
internal static class UnobservedFailures
{
    private static readonly ConditionalWeakTable<Exception, ILogger> s_watched = [];

    static UnobservedFailures()
    {
        TaskScheduler.UnobservedTaskException += static (_, e) =>
        {
            foreach (Exception exception in e.Exception.InnerExceptions)
            {
                // On another thread: this is the finalizer's, which a logger that blocks would hold up.
                if (!s_watched.TryGetValue(exception, out ILogger? logger) || !s_watched.Remove(exception))
                    continue;
                ThreadPool.UnsafeQueueUserWorkItem(
                    static what => WorkerLog.Unobserved(what.logger, what.exception), (logger, exception), preferLocal: false);
            }
        };
    }

    public static void Watch(Exception failure, ILogger logger) => s_watched.AddOrUpdate(failure, logger);
}
