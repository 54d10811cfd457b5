namespace CrossChannels.Workers.Pool;

/// <summary>Starts a worker.</summary>
internal delegate Task<IPoolWorker> PoolWorkerFactory(string name, CancellationToken cancellationToken);
