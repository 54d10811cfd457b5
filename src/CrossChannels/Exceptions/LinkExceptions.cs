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

/// <summary>The two ends do not fit: version, item contract, key, certificate, user or capability.</summary>
public sealed class LinkRefusedException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public LinkRefusedException(string message, Exception? innerException = null)
        : base(EndingKind.Refused, message, innerException)
    {
    }
}

/// <summary>A timeout of the link passed: no listener was found, the greeting did not come, or the peer was silent.</summary>
public sealed class LinkTimeoutException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public LinkTimeoutException(string message, Exception? innerException = null)
        : base(EndingKind.TimedOut, message, innerException)
    {
    }
}

/// <summary>The peer sent what the protocol forbids. The message names the frame, the limit and both values.</summary>
public sealed class ProtocolViolationException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public ProtocolViolationException(string message, Exception? innerException = null)
        : base(EndingKind.ProtocolViolation, message, innerException)
    {
    }
}

/// <summary>An endpoint cannot be opened: the name is in use, or its directory is not safe.</summary>
public sealed class EndpointException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public EndpointException(string message, Exception? innerException = null)
        : base(EndingKind.Refused, message, innerException)
    {
    }

    /// <summary>Somebody listens there, who may leave.</summary>
    internal bool IsInUse { get; init; }
}
