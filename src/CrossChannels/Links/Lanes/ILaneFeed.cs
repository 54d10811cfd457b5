namespace CrossChannels.Links;

/// <summary>Where the items of a hub's reader come from, as its receiver uses it: lanes themselves are there on Linux only. Guarded by the receiver's lock, but for the members about spinning.</summary>
internal interface ILaneFeed
{
    /// <summary>Items that the hub has published and that are not queued here.</summary>
    long Unfed { get; }

    /// <summary>The hub has given what the program has not been handed to others.</summary>
    bool IsWithdrawn { get; }

    /// <summary>What the hub said that no correct one says; null if it did not.</summary>
    string? Violation { get; }

    /// <summary>The hub rings no more than this end was parked.</summary>
    bool IsRungInVain { get; }

    /// <summary>Queues the next items, a batch at most, which were all delivered as often before.</summary>
    bool TryFeed(ItemQueue queue, out int count, out int bytes, out int deliveries);

    /// <summary>What came was not asked for.</summary>
    void Violate(string violation);

    /// <summary>Whether the hub waited for what was fed, and is to be rung.</summary>
    bool TryWakeHub();

    /// <summary>Is about to hand so many items to the program.</summary>
    /// <returns>False if they are withdrawn.</returns>
    bool TryHand(int count);

    /// <summary>The program has them.</summary>
    void Handed(int count);

    /// <summary>Says that this end waits, and looks once more.</summary>
    /// <returns>False if there is an item; then it is not parked.</returns>
    bool TryPark();

    /// <summary>The hub has rung.</summary>
    void Rung();

    /// <summary>Waits on this thread for as long as it pays. Without the lock.</summary>
    /// <returns>Whether the hub has published something.</returns>
    bool Spin();

    /// <summary>Lets the memory go; whoever spins there is waited for by the handle.</summary>
    void Close();
}
