namespace CrossChannels;

/// <summary>One side aborted the link; what was under way is dropped.</summary>
public sealed class LinkAbortedException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public LinkAbortedException(string message, Exception? innerException = null)
        : base(EndingKind.Aborted, message, innerException)
    {
    }
}
