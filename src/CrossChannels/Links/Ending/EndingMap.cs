using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>How a channel, or a link, ended: as frames say it, and as exceptions.</summary>
internal static class EndingMap
{
    /// <summary>What tells the peer how the channel was completed.</summary>
    public static OutFrame FrameOf(Exception? error, FrameType type) => error switch
    {
        null => new OutFrame(type, Code: (byte)CompletionOutcome.Success),
        OperationCanceledException => new OutFrame(type, Code: (byte)CompletionOutcome.Canceled),
        // An error that came from another process goes on as it was there.
        RemoteChannelException remote => new OutFrame(type, Code: (byte)CompletionOutcome.Error, Text: remote.RemoteMessage, TypeName: remote.RemoteTypeName),
        _ => new OutFrame(type, Code: (byte)CompletionOutcome.Error, Text: error.Message, TypeName: error.GetType().FullName ?? ""),
    };

    /// <summary>What the peer's completion means; null for a clean one.</summary>
    public static Exception? ErrorOf(CompleteFrame end) => end.Outcome switch
    {
        CompletionOutcome.Success => null,
        CompletionOutcome.Canceled => new OperationCanceledException("The writer completed the channel as canceled."),
        _ => new RemoteChannelException(end.TypeName, end.Message),
    };

    /// <summary>The peer refused the link during the greeting.</summary>
    public static Exception Refused(ReasonFrame reason, LinkPeer peer)
    {
        string message = $"{reason.Text} The other end, {peer.Endpoint}, refused the link.";
        return new LinkRefusedException(message, reason.Code switch
        {
            ReasonCode.NotSupported => new NotSupportedException(message),
            ReasonCode.NoLane => new PeerRefusedException(message, ReasonCode.NoLane),
            _ => null,
        });
    }

    /// <summary>The peer ended the link at once.</summary>
    public static Exception Aborted(ReasonFrame reason, string peerName) => reason.Code switch
    {
        ReasonCode.Violation => new ProtocolViolationException($"The peer ({peerName}) ended the link: {reason.Text}"),
        ReasonCode.TimedOut => new LinkTimeoutException($"The peer ({peerName}) ended the link: {reason.Text}"),
        _ => new LinkAbortedException($"The peer ({peerName}) aborted the link: {reason.Text}"),
    };
}
