namespace CrossChannels.Workers.Pool;

/// <summary>Workers that did not start, one after the other. The scheduler's lock guards it.</summary>
internal sealed class StartFailures(WorkerPoolOptions options)
{
    private int _count;

    /// <summary>The newest.</summary>
    public WorkerLostException? Last { get; private set; }

    /// <summary>True if no more are started until there is a new call.</summary>
    public bool AreTooMany => _count >= options.MaxStartAttempts;

    /// <summary>A worker is ready, or it is tried again.</summary>
    public void Forget() => _count = 0;

    public void Add(WorkerSlot slot, WorkerExit? exit, Exception? error)
    {
        _count++;
        Last = Describe(slot, exit, error);
    }

    private WorkerLostException Describe(WorkerSlot slot, WorkerExit? exit, Exception? error)
    {
        if (slot.StartFailure is { } failure)
        {
            return new WorkerLostException(
                $"The initializer failed in {slot.Name}, start {_count} in a row: {failure.RemoteType}: {failure.RemoteMessage}",
                exit,
                failure);
        }
        if (slot.Starting.IsCancellationRequested && !slot.IsKilled)
            return new WorkerLostException($"{slot.Name} was not ready within {options.StartTimeout}.", exit, error);
        return exit is null && error is not null
            ? new WorkerLostException($"{slot.Name} could not be started: {error.Message}", exit, error)
            : new WorkerLostException($"{slot.Name} was lost while it started: {WorkerSupervisor.Describe(exit)}.", exit, error);
    }
}
