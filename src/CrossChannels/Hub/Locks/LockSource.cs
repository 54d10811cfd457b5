namespace CrossChannels.Hub;

/// <summary>Where a <see cref="CrossLock"/> gets its holds: the hub itself, or a link to it.</summary>
internal abstract class LockSource
{
    public abstract ConnectionOptions Settings { get; }

    /// <summary>Whether it is to be closed when its lock is lost without disposal.</summary>
    public abstract bool ClosesWhenLost { get; }

    /// <summary>Asks for the lock; the order of these calls is the order of the requests.</summary>
    /// <param name="isTry">Only if it is free now; the claim fails with a <see cref="TimeoutException"/> if it is not.</param>
    public abstract LockClaim Ask(bool isTry);

    /// <summary>Waits, after a request has failed because the hub was lost, for one that can be asked.</summary>
    /// <returns>False if there will be none.</returns>
    public virtual Task<bool> ReconnectAsync(CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>Takes a request back whose outcome nobody has seen; gives the lock back if it was granted. Nothing happens to one that is over.</summary>
    public abstract void Withdraw(LockClaim claim);

    /// <summary>Gives the lock back.</summary>
    /// <returns>False if the claim does not hold it.</returns>
    public abstract bool TryRelease(LockClaim claim);

    /// <summary>Gives back a lock whose program has lost its hold without releasing it: the next holder is told.</summary>
    /// <returns>False if the claim does not hold it.</returns>
    public abstract bool TryAbandon(LockClaim claim);

    /// <summary>Gives back and withdraws everything. Never throws.</summary>
    /// <param name="isLost">The program has lost the lock: what it held counts as abandoned.</param>
    public abstract ValueTask CloseAsync(bool isLost = false);
}
