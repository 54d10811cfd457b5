namespace ParallelGzip;

/// <summary>The workers of one job. Disposing ends those that still work, at once.</summary>
internal interface IWorkers : IAsyncDisposable
{
    IReadOnlyList<Worker> All { get; }

    /// <summary>Canceled when a worker is gone before its work is done.</summary>
    CancellationToken Lost { get; }

    /// <summary>Says what became of the worker that is gone; null if all are there.</summary>
    Task<WorkerLostException?> FindLostAsync();

    /// <summary>Sends the workers home once the pipeline has everything back.</summary>
    /// <returns>The CPU time of their processes, without this one.</returns>
    Task<TimeSpan> FinishAsync();
}
