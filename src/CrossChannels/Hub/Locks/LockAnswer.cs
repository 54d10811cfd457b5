namespace CrossChannels.Hub;

/// <summary>What the hub says to a lock's remote end: 24 bytes, an item of its link.</summary>
/// <param name="Id">The number of the request; of a probe, its own.</param>
/// <param name="Token">The fencing token of a grant; else 0.</param>
/// <param name="Kind">What about it.</param>
internal readonly record struct LockAnswer(long Id, long Token, LockAnswerKind Kind)
{
    public const string Contract = "crosschannels.lock.answer";
}

/// <summary>The kinds of <see cref="LockAnswer"/>; the values are on the wire.</summary>
internal enum LockAnswerKind : long
{
    /// <summary>The end holds the lock.</summary>
    Granted = 1,

    /// <summary>As <see cref="Granted"/>; the holder before left without releasing.</summary>
    GrantedAbandoned = 2,

    /// <summary>The lock is not free: the answer to a request that did not want to wait, which is over.</summary>
    Busy = 3,

    /// <summary>The request was released, or withdrawn, and is over.</summary>
    Left = 4,

    /// <summary>Others wait for the lock: the end is to answer that it is alive.</summary>
    Probe = 5,
}
