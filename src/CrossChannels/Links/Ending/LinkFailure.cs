using System.Globalization;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>Why a link dies, what its peer still hears of that, and what it means for each direction.</summary>
/// <param name="Cause">The reason.</param>
/// <param name="LastWords">What the peer still hears; null if it cannot.</param>
/// <param name="DropsUnread">Whether items that arrived are dropped too.</param>
internal sealed record LinkFailure(Exception Cause, OutFrame? LastWords = null, bool DropsUnread = false)
{
    public EndingKind Kind => (Cause as CrossChannelException)?.Kind ?? EndingKind.ConnectionLost;

    /// <summary>This end aborts it.</summary>
    public static LinkFailure Aborted(string reason) => new(
        new LinkAbortedException($"This end aborted the link: {reason}"), new OutFrame(FrameType.Abort, Code: (byte)ReasonCode.Given, Text: reason), DropsUnread: true);

    /// <summary>At a hub: its owner has left.</summary>
    public static LinkFailure OwnerLeft(long unread) => new(
        new LinkAbortedException("The owner of the channel left."),
        new OutFrame(FrameType.Abort, Code: (byte)ReasonCode.OwnerLeft, Text: unread.ToString(CultureInfo.InvariantCulture)),
        DropsUnread: true);

    /// <summary>The peer did not answer in time.</summary>
    public static LinkFailure TimedOut(string message) =>
        new(new LinkTimeoutException(message), new OutFrame(FrameType.Abort, Code: (byte)ReasonCode.TimedOut, Text: message));

    /// <summary>The peer said what no correct peer says.</summary>
    public static LinkFailure Violated(string message, RemotePeer peer, Exception? inner = null) => new(
        new ProtocolViolationException($"{message} It came from {peer.Name}.", inner), new OutFrame(FrameType.Abort, Code: (byte)ReasonCode.Violation, Text: message));

    /// <summary>The output, or the input, broke.</summary>
    public static LinkFailure Broken(Exception error, RemotePeer peer) => new(error is ObjectDisposedException or InvalidOperationException
        ? new ConnectionLostException($"The stream or pipe under the channel with {peer.Name} was closed in this process, before the channel was: {PeerText.MessageOf(error)}", error)
        : peer.Lost($"The connection to {peer.Name} broke: {PeerText.MessageOf(error)}", error));

    /// <summary>The input ended before it was to: with an error, or without (null).</summary>
    public static LinkFailure OfInput(Exception? error, RemotePeer peer) => error switch
    {
        null => new(peer.Lost($"The connection to {peer.Name} ended without a goodbye: the process was killed, or left without closing it, or something between the two ends was closed.")),
        PeerRefusedException refused => new(
            new LinkRefusedException($"{error.Message} The other end is {peer.Endpoint}.", refused.Code == ReasonCode.NoLane ? refused : null),
            new OutFrame(FrameType.Refuse, Code: (byte)refused.Code, Text: error.Message)),
        MalformedFrameException => Violated(error.Message, peer, error),
        CrossChannelException => new(error),
        _ => Broken(error, peer),
    };

    /// <summary>What a writer gets that has so many items of which it is not known that they arrived.</summary>
    public Exception ForWriter(long unreceived) => Cause is ConnectionLostException lost
        ? new ConnectionLostException(unreceived == 0 ? lost.Message : $"{lost.Message} Up to {unreceived:N0} accepted items were not received.", lost.InnerException, unreceived, lost.ExitCode)
        : Cause;

    /// <summary>How the reading direction ends.</summary>
    public Closure ForReader() => new(new Ending(Kind, Cause, ExitCode: (Cause as ConnectionLostException)?.ExitCode), Cause);
}
