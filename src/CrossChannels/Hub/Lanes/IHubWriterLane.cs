namespace CrossChannels.Hub;

/// <summary>The hub's end of the lane of one remote writer, as the parts of a channel use it: lanes themselves are there on Linux only. Guarded by the channel's lock, but for the members about spinning.</summary>
internal interface IHubWriterLane
{
    /// <summary>It is looked at again soon, so that its writer does not ring.</summary>
    bool IsActive { get; set; }

    /// <summary>Both processes take part in fences across processes.</summary>
    bool IsFenceShared { get; }

    /// <summary>Something is on it that has not been queued.</summary>
    bool HasItems { get; }

    /// <summary>Items that the writer has published.</summary>
    long Published { get; }

    /// <summary>How often the hub said that it does not look, and how often the writer rang.</summary>
    LaneRests Rests { get; }

    /// <summary>Queues the next items, a batch at most.</summary>
    /// <returns>False if there is none, or the writer said what no correct one says.</returns>
    bool TryCollect(HubQueue queue, out int count, out int bytes);

    /// <summary>Whether the writer says now that it wants credit, or that it does not; null if it has said nothing new.</summary>
    bool? HearWants();

    /// <summary>What the writer said that no correct one says; null if it did not. Told once.</summary>
    string? TakeViolation();

    /// <summary>The writer may have published so many items in all.</summary>
    void Grant(long items);

    /// <summary>Takes back what was granted and is not used.</summary>
    /// <returns>False if the writer is just about to use some: to be tried again.</returns>
    bool TryLower(out long granted);

    /// <summary>The writer waited for what it has now. <see cref="TakeRing"/> is to follow.</summary>
    bool IsRingDue { get; }

    /// <summary>Whether the writer is to be rung, which waited for what it has now. Read without the lock.</summary>
    bool TakeRing();

    /// <summary>Says that nobody looks any more; a fence and <see cref="TryEndParking"/> follow.</summary>
    void BeginParking();

    /// <summary>Orders what <see cref="BeginParking"/> said before what is looked at next.</summary>
    void Fence();

    /// <summary>Looks once more.</summary>
    /// <returns>False if there is something new; then it is not parked.</returns>
    bool TryEndParking();

    /// <summary>What is published from now on does not count.</summary>
    void Freeze();

    /// <summary>Lets the memory go; whoever spins there is waited for by the handle.</summary>
    void Close();

    /// <summary>Keeps the memory mapped while its caller spins outside the lock.</summary>
    bool TryEnter();

    /// <summary>Ends what <see cref="TryEnter"/> began.</summary>
    void Leave();

    /// <summary>The writer has published more than was looked at. Between <see cref="TryEnter"/> and <see cref="Leave"/>.</summary>
    bool HasNews { get; }

    /// <summary>Whom it tells what came.</summary>
    ILanePort Port { get; }
}

/// <summary>What the lane of a writer tells the port that it belongs to. Called with the channel's lock held.</summary>
internal interface ILanePort
{
    /// <summary>Items of the writer have just been queued.</summary>
    void OnCollected(int count, int bytes, ref HubAfterLock after);

    /// <summary>The writer waits for credit, or does not any more.</summary>
    void OnWants(bool isWanting, ref HubAfterLock after);

    /// <summary>All that was published is queued.</summary>
    void OnEmptied(ref HubAfterLock after);

    /// <summary>The writer said what no correct one says.</summary>
    void OnViolated(string violation, ref HubAfterLock after);
}
