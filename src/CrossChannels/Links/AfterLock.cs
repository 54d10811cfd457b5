namespace CrossChannels.Links;

/// <summary>What a reader's call has to do once it has left the lock.</summary>
[Flags]
internal enum AfterLock
{
    None = 0,

    /// <summary>Have credit sent, by the pool.</summary>
    Credit = 1,

    /// <summary>Send credit on this thread: a reader that found nothing is about to wait, or polls.</summary>
    CreditInline = 2,

    /// <summary>Answer a join.</summary>
    Joined = 4,

    /// <summary>Say what was read, since nothing more will be.</summary>
    LastReport = 16,

    /// <summary>The direction is over and nothing is left to read.</summary>
    Finish = 8,
}
