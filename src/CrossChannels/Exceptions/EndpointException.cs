namespace CrossChannels;

/// <summary>An endpoint cannot be opened: the name is taken, or its place is not safe.</summary>
public sealed class EndpointException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public EndpointException(string message, Exception? innerException = null)
        : base(EndingKind.Refused, message, innerException)
    {
    }
}
