using CrossChannels.Flow;
using CrossChannels.Protocol;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>The callers that wait at one writing end, and what is asked of a shared channel for them. Guarded by the outbox's lock.</summary>
internal sealed class WriterWaiters
{
    private readonly RankedLock _sync;
    private readonly WaiterQueue _waiting;
    private readonly WaiterPool _blockedPool = new();
    private readonly WaiterPool _waitingPool = new();
    private readonly Action? _withdraw;
    private CreditWant? _want;

    /// <param name="outbox">Of the link.</param>
    /// <param name="isShared">Credit is asked for in frames.</param>
    /// <param name="withdraw">Called under the lock when nobody waits any more because all have canceled; null for none.</param>
    public WriterWaiters(Outbox outbox, bool isShared, Action? withdraw = null)
    {
        _withdraw = withdraw;
        _sync = outbox.Sync;
        IsShared = isShared;
        _want = isShared ? new CreditWant(outbox) : null;
        Blocked = new WaiterQueue { Canceled = isShared || withdraw is not null ? OnCanceled : null };
        _waiting = new WaiterQueue { Canceled = Blocked.Canceled };
    }

    /// <summary>The capacity is shared with others, so that it has to be asked for.</summary>
    public bool IsShared { get; }

    /// <summary>Callers with an item, in order.</summary>
    public WaiterQueue Blocked { get; }

    public bool IsAny => !Blocked.IsEmpty || !_waiting.IsEmpty;

    /// <summary>A waiter for an item, which is not queued yet.</summary>
    public WriteWaiter ForItem() => (WriteWaiter?)_blockedPool.TryTake() ?? new WriteWaiter(_sync, _blockedPool);

    /// <summary>Queues a caller with a copy of its item.</summary>
    public WriteWaiter Block(ReadOnlySpan<byte> item, bool isNull)
    {
        WriteWaiter waiter = ForItem();
        waiter.SetItem(item, isNull);
        Blocked.Enqueue(waiter);
        return waiter;
    }

    /// <summary>Queues a caller that wants to know when there may be room.</summary>
    public Waiter Wait()
    {
        Waiter waiter = _waitingPool.TryTake() ?? new Waiter(_sync, _waitingPool);
        _waiting.Enqueue(waiter);
        return waiter;
    }

    /// <summary>There is room that no blocked writer took.</summary>
    public void WakeWaiting(ref WakeList wake) => _waiting.DecideAll(ref wake, true);

    /// <summary>Nothing more is accepted, so that nothing is asked for.</summary>
    public void End(Closure closure, ref WakeList wake)
    {
        _want = null;
        Blocked.DecideAll(ref wake, false, closure.ForItem());
        _waiting.DecideAll(ref wake, false, closure.Error);
    }

    /// <summary>Somebody found no room: says so if credit is what is missing.</summary>
    public void Want(in SendCredit credit)
    {
        if (_want is not null && credit.Items <= 0)
            _want.Ask(credit.AcceptedItems);
    }

    public void Granted() => _want?.Granted();

    private void OnCanceled()
    {
        if (IsAny)
            return;
        _want?.Withdraw();
        _withdraw?.Invoke();
    }
}

/// <summary>Asks for credit where the capacity is shared with other writers, once a position. Guarded by the outbox's lock.</summary>
internal sealed class CreditWant(Outbox outbox)
{
    /// <summary>A program that cancels its waits without end says no more than that; what it does not take back stands, and the hub takes credit back that nobody uses.</summary>
    private const int MostWithdrawalsPerSecond = 100;

    private EmptyFrameLimit _withdrawals = new(MostWithdrawalsPerSecond);
    private long _asked = -1;

    /// <summary>All credit is used up, and somebody wants to write.</summary>
    public void Ask(long accepted)
    {
        if (_asked == accepted)
            return;
        _asked = accepted;
        outbox.PostLocked(new OutFrame(FrameType.Want, accepted));
    }

    /// <summary>Credit came, so that the same position may be asked for again.</summary>
    public void Granted() => _asked = -1;

    /// <summary>Nobody wants to write any more.</summary>
    public void Withdraw()
    {
        if (_asked < 0 || !outbox.MayWithdrawLocked || !_withdrawals.TryCount(Environment.TickCount64))
            return;
        outbox.PostLocked(new OutFrame(FrameType.WantWithdrawn, _asked));
        _asked = -1;
    }
}
