namespace CrossChannels;

/// <summary>The peer sent what the protocol forbids. The message names the frame, the limit and both values.</summary>
public sealed class ProtocolViolationException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public ProtocolViolationException(string message, Exception? innerException = null)
        : base(EndingKind.ProtocolViolation, message, innerException)
    {
    }
}
