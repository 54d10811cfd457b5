using System.Globalization;
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
        OwnerLeftException left => new OutFrame(
            type, Code: (byte)CompletionOutcome.OwnerLeft, Text: left.UnreadCount.ToString(CultureInfo.InvariantCulture), TypeName: left.Channel),
        WritersLostException lost => new OutFrame(
            type, Code: (byte)CompletionOutcome.WritersLost, Text: string.Join('\n', lost.Lost), TypeName: lost.Missing.ToString(CultureInfo.InvariantCulture)),
        _ => new OutFrame(type, Code: (byte)CompletionOutcome.Error, Text: PeerText.MessageOf(error), TypeName: error.GetType().FullName ?? ""),
    };

    /// <summary>What the peer's completion means; null for a clean one.</summary>
    public static Exception? ErrorOf(CompleteFrame end) => end.Outcome switch
    {
        CompletionOutcome.Success => null,
        CompletionOutcome.Canceled => new OperationCanceledException("The writer completed the channel as canceled."),
        CompletionOutcome.OwnerLeft => new OwnerLeftException(PeerText.Show(end.TypeName), CountOf(end.Message)),
        CompletionOutcome.WritersLost => new WritersLostException(
            [.. end.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static name => PeerText.Show(name))], (int)Math.Min(int.MaxValue, CountOf(end.TypeName))),
        _ => new RemoteChannelException(PeerText.Show(end.TypeName), PeerText.Show(end.Message)),
    };

    /// <summary>What it is called that a channel was completed with this error; null for a clean end.</summary>
    public static EndingKind KindOf(Exception? error) => error switch
    {
        null => EndingKind.Completed,
        OwnerLeftException or WritersLostException or LinkAbortedException => ((CrossChannelException)error).Kind,
        _ => EndingKind.Faulted,
    };

    /// <summary>How a channel ends that was completed with this error; null for a clean end.</summary>
    /// <param name="error">What it was completed with.</param>
    /// <param name="where">Which channel it is, for messages.</param>
    public static Closure ClosureOf(Exception? error, string where = "") => new(new Ending(KindOf(error), error), error) { Where = where };

    private static long CountOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : 0;

    /// <summary>The peer refused the link during the greeting.</summary>
    public static Exception Refused(ReasonFrame reason, LinkPeer peer)
    {
        string message = $"{PeerText.Show(reason.Text)} The other end, {peer.Endpoint}, refused the link.";
        return new LinkRefusedException(message, reason.Code switch
        {
            ReasonCode.NotSupported => new NotSupportedException(message),
            ReasonCode.NoLane => new PeerRefusedException(message, ReasonCode.NoLane),
            _ => null,
        });
    }

    /// <summary>The peer ended the link at once.</summary>
    public static Exception Aborted(ReasonFrame reason, string peerName, string channel) => reason.Code switch
    {
        ReasonCode.OwnerLeft => new OwnerLeftException(channel, CountOf(reason.Text)),
        ReasonCode.Violation => new ProtocolViolationException($"The peer ({peerName}) ended the link: {PeerText.Show(reason.Text)}"),
        ReasonCode.TimedOut => new LinkTimeoutException($"The peer ({peerName}) ended the link: {PeerText.Show(reason.Text)}"),
        _ => new LinkAbortedException($"The peer ({peerName}) aborted the link: {PeerText.Show(reason.Text)}"),
    };
}
