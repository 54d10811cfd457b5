using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Pool;

/// <summary>
/// A loop over the results of a stream, which its enumerator alone refers to: if that is neither read to its end nor disposed, its
/// collection ends the call, so
/// that the pool comes to its end.
/// </summary>
[SuppressMessage("Design", "MA0055:Do not use finalizer",
    Justification = "To be collected is the only sign that a forgotten enumerator gives.")]
internal sealed class StreamLoop(PoolScheduler scheduler, PoolCall call, ILogger? logger) : IDisposable
{
    ~StreamLoop() =>
        // Not here: the finalizer's thread takes no lock and calls no logger.
        ThreadPool.UnsafeQueueUserWorkItem(
            static what =>
            {
                WorkerLog.StreamForgotten(what.logger, what.call.Method.DisplayName);
                what.scheduler.Stop(what.call, new OperationCanceledException("The loop over the results was forgotten."));
            },
            (scheduler, call, logger),
            preferLocal: false);

    /// <summary>The loop was left, or has come to the end.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        scheduler.Stop(call, new OperationCanceledException("The loop over the results was left."));
    }
}
