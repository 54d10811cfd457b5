namespace CrossChannels;

/// <summary>A deadline of the link passed: nobody listened, the greeting did not come, or the peer fell silent.</summary>
public sealed class LinkTimeoutException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public LinkTimeoutException(string message, Exception? innerException = null)
        : base(EndingKind.TimedOut, message, innerException)
    {
    }
}
