namespace CrossChannels;

/// <summary>The writer went away in good order, but never said that its data is complete.</summary>
public sealed class WriterLeftException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public WriterLeftException(string peer)
        : base(
            EndingKind.WriterLeft,
            $"The writer ({peer}) left without completing the channel, so the items read may not be all. " +
            "Call Complete() on the writer when everything is written.")
    {
    }
}
