namespace CrossChannels.Tests.Workers.Pool;

/// <summary>How many tasks run at a time in workers that live.</summary>
internal sealed class WorkCount
{
    private readonly Lock _gate = new();
    private readonly HashSet<LocalWorker> _dead = [];
    private readonly List<LocalWorker> _atWork = [];

    public int Most { get; private set; }

    /// <summary>False in a worker that is dead, where nothing runs any more.</summary>
    public bool TryBegin(LocalWorker worker)
    {
        lock (_gate)
        {
            if (_dead.Contains(worker))
                return false;
            _atWork.Add(worker);
            Most = Math.Max(Most, _atWork.Count);
            return true;
        }
    }

    public void End(LocalWorker worker)
    {
        lock (_gate)
            _atWork.Remove(worker);
    }

    public void Die(LocalWorker worker)
    {
        lock (_gate)
        {
            _dead.Add(worker);
            _atWork.RemoveAll(other => other == worker);
        }
    }
}
