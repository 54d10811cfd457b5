namespace CrossChannels.Hub;

/// <summary>The hub's end of the lane of one remote reader, as the parts of a channel use it: lanes themselves are there on Linux only. Guarded by the channel's lock.</summary>
internal interface IHubReaderLane
{
    /// <summary>How often the hub waited for room, and how often the reader rang.</summary>
    LaneRests Rests { get; }

    /// <summary>How many items there is room for.</summary>
    long Room { get; }

    /// <summary>What the reader said that no correct one says; null if it did not. Told once.</summary>
    string? TakeViolation();

    /// <summary>Publishes items, for as many of which there is room.</summary>
    /// <returns>How many were published.</returns>
    int Publish(in ItemBatch batch);

    /// <summary>Whether the reader waited for what was published, and is to be rung.</summary>
    bool TryWakeReader();

    /// <summary>Has the reader ring once there is room.</summary>
    /// <returns>False if there is some.</returns>
    bool TryPark();

    /// <summary>How many items the reader says that its program has.</summary>
    long HandedItems { get; }

    /// <summary>Has the reader hand nothing more to its program.</summary>
    /// <param name="handed">How many items its program has.</param>
    /// <returns>False if it was stopped, or lost, in the middle of handing some, so that this is not known for these.</returns>
    bool TryWithdraw(out long handed);

    /// <summary>Lets the memory go.</summary>
    void Close();
}
