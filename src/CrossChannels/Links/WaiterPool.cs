using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>Keeps a few waiters of one kind for their next use.</summary>
internal sealed class WaiterPool
{
    private const int MaxKept = 16;

    private readonly RankedLock _sync = new(LockRank.WaiterPool);
    private readonly Stack<Waiter> _kept = new(0);

    public Waiter? TryTake()
    {
        using (_sync.Enter())
            return _kept.TryPop(out Waiter? waiter) ? waiter : null;
    }

    public void Return(Waiter waiter)
    {
        using (_sync.Enter())
        {
            if (_kept.Count < MaxKept)
                _kept.Push(waiter);
        }
    }
}
