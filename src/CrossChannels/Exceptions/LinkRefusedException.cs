namespace CrossChannels;

/// <summary>The two ends do not fit: version, item contract, key, certificate, user or capability.</summary>
public sealed class LinkRefusedException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public LinkRefusedException(string message, Exception? innerException = null)
        : base(EndingKind.Refused, message, innerException)
    {
    }
}
