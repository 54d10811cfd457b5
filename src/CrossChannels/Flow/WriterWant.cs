namespace CrossChannels.Flow;

/// <summary>Where a writer stands that asks a shared channel for credit, and whether its next word is new. Knows no connection and takes no lock.</summary>
internal struct WriterWant()
{
    private long _asked = -1;

    /// <summary>It asks, and has not taken that back.</summary>
    public bool IsStanding { get; private set; }

    /// <summary>It asks where it has asked before, and got nothing since: whether it took that back meanwhile makes no difference.</summary>
    /// <param name="accepted">How many items it has accepted.</param>
    public readonly bool IsRepeated(long accepted) => accepted == _asked;

    /// <summary>It asks.</summary>
    /// <param name="accepted">How many items it has accepted.</param>
    public void Ask(long accepted)
    {
        _asked = accepted;
        IsStanding = true;
    }

    /// <summary>It does not ask any longer.</summary>
    public void Withdraw() => IsStanding = false;

    /// <summary>It was given credit, or has given some back, so that it may ask where it stands.</summary>
    public void Moved() => _asked = -1;
}
