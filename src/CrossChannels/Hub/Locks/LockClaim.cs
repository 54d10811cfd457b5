namespace CrossChannels.Hub;

/// <summary>One request for a lock in the process that asks: it waits, holds, leaves, and is over. Guarded by its source's lock.</summary>
/// <remarks>No continuation and no callback runs inside its verbs.</remarks>
#pragma warning disable CA1001 // Its token is in the user's hands for as long as these are; without a timer there is nothing to dispose.
internal sealed class LockClaim(long id, bool isTry)
#pragma warning restore CA1001
{
    private readonly TaskCompletionSource _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _lost = new();

    public long Id => id;

    /// <summary>It does not wait for a lock that is not free.</summary>
    public bool IsTry => isTry;

    /// <summary>At the owner: its place in the order.</summary>
    public OwnerTicket? Ticket { get; set; }

    public LockClaimState State { get; private set; }

    public long Token { get; private set; }

    public bool WasAbandoned { get; private set; }

    /// <summary>Done when it holds the lock.</summary>
    public Task Granted => _granted.Task;

    /// <summary>Done when it has left, in order.</summary>
    public Task Left => _left.Task;

    public CancellationToken Lost => _lost.Token;

    public void Grant(long token, bool wasAbandoned)
    {
        State = LockClaimState.Held;
        Token = token;
        WasAbandoned = wasAbandoned;
        _granted.TrySetResult();
    }

    /// <summary>It is given back, or withdrawn; the answer is still to come.</summary>
    public void Leave() => State = LockClaimState.Leaving;

    /// <summary>It has left.</summary>
    public void Done()
    {
        State = LockClaimState.Over;
        _left.TrySetResult();
    }

    /// <summary>It is over by what happened to the lock, or to the way to it.</summary>
    public void Fail(Exception error)
    {
        LockClaimState state = State;
        State = LockClaimState.Over;
        switch (state)
        {
            case LockClaimState.Waiting:
                Fail(_granted, error);
                break;
            case LockClaimState.Held:
                TellLost(_lost);
                break;
            case LockClaimState.Leaving:
                Fail(_left, error);
                break;
        }
    }

    /// <summary>Runs the program's callbacks on a thread of their own: the pool may be what is stuck, and a holder must hear that it is one no longer.</summary>
    private static void TellLost(CancellationTokenSource lost)
    {
        var thread = new Thread(static lost =>
        {
            try
            {
                ((CancellationTokenSource)lost!).Cancel();
            }
            catch (AggregateException)
            {
                // A callback of the program failed; the token is canceled all the same.
            }
        })
        {
            IsBackground = true,
            Name = "CrossChannels: lock lost",
        };
        thread.UnsafeStart(lost);
    }

    private static void Fail(TaskCompletionSource source, Exception error)
    {
        source.TrySetException(error);
        // Whoever asked may be gone already.
        _ = source.Task.Exception;
    }
}

/// <summary>Where a <see cref="LockClaim"/> is.</summary>
internal enum LockClaimState
{
    Waiting,
    Held,
    Leaving,
    Over,
}
