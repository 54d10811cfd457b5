namespace CrossChannels.Hub;

/// <summary>What the parts of a queued channel tell it, and ask. All but <see cref="Run"/> and <see cref="OnLeaseLost"/> are called with the channel's lock held.</summary>
internal interface IQueueEvents
{
    /// <summary>Does what was noted under the lock. Called once it is left.</summary>
    void Run(ref HubAfterLock after, bool isParking = false);

    /// <summary>The owner's reads wait for an item.</summary>
    bool IsOwnerIdle { get; }

    /// <summary>The owner's writes wait for room.</summary>
    bool IsOwnerBlocked { get; }

    /// <summary>A join, or the end, waits for items to be processed.</summary>
    bool IsProcessingAwaited { get; }

    /// <summary>The owner, as one who takes items; null if it has never tried to.</summary>
    ItemTaker? Owner { get; }

    /// <summary>A slot is free that the owner had asked for.</summary>
    OwnerAdmission AdmitOwner(ref HubAfterLock after);

    /// <summary>A writer waits for a slot, and none is free.</summary>
    void OnWriterStarved(ref HubAfterLock after);

    /// <summary>A peer that was asked has answered, or used what it was asked for: others may have to be asked now.</summary>
    void OnPeerAnswered(ref HubAfterLock after);

    /// <summary>A remote writer has greeted.</summary>
    void OnWriterArrived();

    /// <summary>Items of a remote writer have just been queued.</summary>
    void OnArrived(int count, int bytes, ref HubAfterLock after);

    /// <summary>A while has passed since lanes were looked at last.</summary>
    void OnLanesDue(ref HubAfterLock after);

    /// <summary>An item of the owner's has just been queued.</summary>
    void OnOwnerWrote(int bytes, ref HubAfterLock after);

    /// <summary>A remote writer sends no more.</summary>
    void OnWriterDone(WriterAccount account, bool hasArrived, EndingKind how, Exception? error, ref HubAfterLock after);

    /// <summary>A reader waits, here or elsewhere, and nothing is queued for it.</summary>
    void OnReaderIdle(ref HubAfterLock after);

    /// <summary>The owner's read found nothing, and it may be about to wait.</summary>
    void OnOwnerIdle(ref HubAfterLock after);

    /// <summary>A remote reader has taken what it may have, and the rest may have to be moved.</summary>
    void OnDispatched(ref HubAfterLock after);

    /// <summary>Items that stand together are done with: read, or their leases completed. <see cref="OnFreed"/> follows once this was called for all that were told of together.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="hadSlot">They counted against the capacity until now.</param>
    /// <param name="after">Gets what follows.</param>
    void OnProcessed(long first, int count, bool hadSlot, ref HubAfterLock after);

    /// <summary>What was processed has set slots and bytes free: these are granted, all at once.</summary>
    /// <remarks>A writer that was granted something gets no more before it has sent some: granted bit by bit, the rest would lie idle, and it would send in small pieces.</remarks>
    void OnFreed(long bytes, ref HubAfterLock after);

    /// <summary>Leases were handed to a program.</summary>
    void OnLeasesTaken(long count, ref HubAfterLock after);

    /// <summary>The owner's program has lost a lease, and it was given back.</summary>
    void OnLeaseLost(long sequence);

    /// <summary>No reader came for what was taken back from another and is in order: any may have it.</summary>
    void OnOrderGivenUp();

    /// <summary>Items came back: passes them on.</summary>
    void OnReturned(ref HubAfterLock after);

    /// <summary>Calls back when everything that is in the channel now is processed.</summary>
    void AddJoin(Action<Exception?> done, ref HubAfterLock after);

    /// <summary>It waits no more.</summary>
    /// <returns>False if it was called back already, or is about to be.</returns>
    bool RemoveJoin(Action<Exception?> done);
}

/// <summary>What became of a slot that the owner asked for.</summary>
internal enum OwnerAdmission
{
    /// <summary>A write took it, or there is no room for its bytes, and others wait.</summary>
    MoreWaiting,

    /// <summary>A write took it, or callers were woken to take it.</summary>
    Served,

    /// <summary>No call waits any longer.</summary>
    NobodyThere,
}
