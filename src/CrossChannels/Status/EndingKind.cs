namespace CrossChannels;

/// <summary>Why one direction of a channel is over.</summary>
public enum EndingKind
{
    /// <summary>The writer completed the channel without an error.</summary>
    Completed = 1,

    /// <summary>The writer completed the channel with an error or a cancellation.</summary>
    Faulted = 2,

    /// <summary>The writer left (closed, disposed, returned from Main) without completing the channel.</summary>
    WriterLeft = 3,

    /// <summary>The reader closed its end.</summary>
    ReaderClosed = 4,

    /// <summary>The connection broke: the peer was killed, or the transport failed.</summary>
    ConnectionLost = 5,

    /// <summary>One side aborted the link.</summary>
    Aborted = 6,

    /// <summary>The peer sent what the protocol forbids.</summary>
    ProtocolViolation = 7,

    /// <summary>The peers do not fit: version, contract, key, certificate, user or capability.</summary>
    Refused = 8,

    /// <summary>A deadline passed: of the greeting, of a silent peer, or of a goodbye that was not answered.</summary>
    TimedOut = 9,
}
