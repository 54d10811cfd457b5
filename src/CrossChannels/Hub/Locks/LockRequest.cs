namespace CrossChannels.Hub;

/// <summary>What a lock's remote end says to the hub: 16 bytes, an item of its link.</summary>
/// <param name="Id">The number of the request, chosen by the end and used once; of an answered probe, its number.</param>
/// <param name="Kind">What about it.</param>
internal readonly record struct LockRequest(long Id, LockRequestKind Kind)
{
    public const string Contract = "crosschannels.lock.request";
}

/// <summary>The kinds of <see cref="LockRequest"/>; the values are on the wire.</summary>
internal enum LockRequestKind : long
{
    /// <summary>Asks for the lock, and waits for it.</summary>
    Acquire = 1,

    /// <summary>Asks for the lock if it is free now.</summary>
    TryAcquire = 2,

    /// <summary>Gives the lock back. It is a violation if the end does not hold it.</summary>
    Release = 3,

    /// <summary>Takes a request back. If it has been granted meanwhile, nobody has used the lock.</summary>
    Withdraw = 4,

    /// <summary>Answers a probe.</summary>
    Alive = 5,

    /// <summary>Gives the lock back, which the program has lost without releasing it. It is a violation if the end does not hold it.</summary>
    Abandon = 6,
}
