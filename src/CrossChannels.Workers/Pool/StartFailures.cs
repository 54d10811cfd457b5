namespace CrossChannels.Workers.Pool;

/// <summary>Workers that did not start, one after the other. The scheduler's lock guards it.</summary>
internal sealed class StartFailures(WorkerPoolOptions settings)
{
    private int _count;

    /// <summary>The newest.</summary>
    public WorkerLostException? Last { get; private set; }

    /// <summary>True if no more are started until there is a new call.</summary>
    public bool AreTooMany => _count >= settings.MaxStartAttempts;

    /// <summary>A worker is ready, or it is tried again.</summary>
    public void Forget() => _count = 0;

    public void Add(WorkerSlot seat, WorkerExit? exit, Exception? error)
    {
        _count++;
        Last = Describe(seat, exit, error);
    }

    private WorkerLostException Describe(WorkerSlot seat, WorkerExit? exit, Exception? error)
    {
        if (seat.StartFailure is { } failure)
            return new WorkerLostException($"The initializer failed in {seat.Name}, start {_count} in a row: {failure.Message}", exit, failure);
        if (seat.Starting.IsCancellationRequested && !seat.IsKilled)
            return new WorkerLostException($"{seat.Name} was not ready within {settings.StartTimeout}.", exit, error);
        return exit is null && error is not null
            ? new WorkerLostException($"{seat.Name} could not be started: {error.Message}", exit, error)
            : new WorkerLostException($"{seat.Name} was lost while it started: {WorkerSupervisor.Describe(exit)}.", exit, error);
    }
}
