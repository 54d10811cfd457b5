namespace CrossChannels.Workers.Pool;

/// <summary>Starts a worker.</summary>
internal delegate Task<IPoolWorker> PoolWorkerFactory(string name, CancellationToken cancellationToken);

/// <summary>One live worker of a pool.</summary>
internal interface IPoolWorker : IAsyncDisposable
{
    int ProcessId { get; }

    /// <summary>The messages of <see cref="PoolMessage"/>.</summary>
    DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Link { get; }

    /// <summary>Done when the process is gone; does not fail.</summary>
    Task<WorkerExit> Exited { get; }

    void Kill();
}
