namespace CrossChannels;

/// <summary>The writer left in good order, but did not call <c>Complete()</c>: the data may be incomplete.</summary>
public sealed class WriterLeftException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public WriterLeftException(string peer)
        : base(
            EndingKind.WriterLeft,
            $"The writer ({peer}) left without completing the channel, so items may be missing. " +
            "Call Complete() on the writer when everything is written.")
    {
    }
}
