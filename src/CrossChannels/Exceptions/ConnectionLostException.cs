namespace CrossChannels;

/// <summary>The connection broke before the channel had ended: the peer was killed, or the transport failed.</summary>
public sealed class ConnectionLostException : CrossChannelException
{
    /// <summary>Creates the exception.</summary>
    public ConnectionLostException(string message, Exception? innerException = null, long unreceivedCount = 0, int? exitCode = null)
        : base(EndingKind.ConnectionLost, message, innerException)
    {
        UnreceivedCount = unreceivedCount;
        ExitCode = exitCode;
    }

    /// <summary>At the writer: an upper bound of the accepted items that the peer process did not receive.</summary>
    public long UnreceivedCount { get; }

    /// <summary>Exit code of the peer's process where that is known.</summary>
    public int? ExitCode { get; }
}
