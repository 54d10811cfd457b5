namespace CrossChannels.Links;

/// <summary>Keeps a few waiters of one kind for their next use.</summary>
internal sealed class WaiterPool
{
    private const int MaxKept = 16;

    private readonly Lock _sync = new();
    private readonly Stack<Waiter> _kept = new(0);

    public Waiter? TryTake()
    {
        lock (_sync)
            return _kept.TryPop(out Waiter? waiter) ? waiter : null;
    }

    public void Return(Waiter waiter)
    {
        lock (_sync)
        {
            if (_kept.Count < MaxKept)
                _kept.Push(waiter);
        }
    }
}
