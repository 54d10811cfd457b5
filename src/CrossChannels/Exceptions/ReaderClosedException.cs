namespace CrossChannels;

/// <summary>The reader closed its end: nothing reads what is still written.</summary>
public sealed class ReaderClosedException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public ReaderClosedException(string peer, string? reason)
        : base(EndingKind.ReaderClosed, reason is null ? $"The reader ({peer}) closed the channel." : $"The reader ({peer}) closed the channel: {reason}")
        => Reason = reason;

    /// <summary>The reason that the reader gave, if any.</summary>
    public string? Reason { get; }
}
