using CrossChannels.Diagnostics;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>How the writing direction of a link ends: by its writer, by the channel, by the reader, or with the link.</summary>
internal sealed class SenderShutdown(SendingHalf sender, MetricTags tags, Func<string> where)
{
    private int _isCompleted;

    /// <summary>The writer completes the channel; the first call counts, also where the peer has ended it meanwhile.</summary>
    /// <remarks>A writer that completes what it began must not fail because its peer was faster: in process it never does.</remarks>
    public bool TryComplete(Exception? error)
    {
        bool isFirst = Interlocked.Exchange(ref _isCompleted, 1) == 0;
        EndingKind kind = EndingMap.KindOf(error);
        return Close(kind, _ => error, drop: false, EndingMap.FrameOf(error, FrameType.Complete))
            || (isFirst && sender.Closure!.IsExit)
            || (isFirst && sender.Closure!.Ending.Kind is not (EndingKind.WriterLeft or EndingKind.Completed or EndingKind.Faulted));
    }

    /// <summary>The writer leaves: accepts nothing more, and the reader learns it after the last item.</summary>
    /// <param name="error">What every later use of it throws.</param>
    /// <returns>Whether it was open.</returns>
    public bool Leave(Exception? error) => Close(EndingKind.WriterLeft, _ => error, drop: false, new OutFrame(FrameType.SendFinished));

    /// <summary>The process of the writer exits.</summary>
    public void Exit() => Close(EndingKind.WriterLeft, static _ => null, drop: false, new OutFrame(FrameType.SendFinished), isExit: true);

    /// <summary>The hub's channel takes no more items; what was accepted is still sent.</summary>
    /// <returns>The error that it ended with; null for a clean end, or where this end was over.</returns>
    public Exception? EndWithChannel(CompleteFrame end)
    {
        Exception? error = EndingMap.ErrorOf(end);
        return Close(EndingMap.KindOf(error), _ => error, drop: false, new OutFrame(FrameType.SendFinished)) ? error : null;
    }

    /// <summary>The peer's reader is closed.</summary>
    public void EndWithReader(ReaderClosedException error)
    {
        Close(EndingKind.ReaderClosed, _ => error, drop: true, new OutFrame(FrameType.SendFinished));
        sender.Detach(_ => error);
    }

    /// <summary>The end was given away.</summary>
    public void MoveAway(Exception moved)
    {
        // Not counted as an ending: the direction goes on, in another process.
        TryClose(EndingKind.WriterLeft, _ => moved, drop: true, last: null);
        sender.Detach(_ => moved);
    }

    /// <summary>The link dies.</summary>
    public void Die(LinkFailure verdict)
    {
        Close(verdict.Kind, verdict.ForWriter, drop: true, last: null);
        sender.Detach(verdict.ForWriter);
    }

    /// <summary>The link is closed in order, and no word of the reader will come any more.</summary>
    public void Detach() => sender.Detach(static unreceived => new ConnectionLostException(unreceived == 0 ? "The link is closed, and its peer did not say whether every item was read." : $"The link is closed; up to {unreceived:N0} accepted items were not received.", null, unreceived));

    private bool Close(EndingKind kind, Func<long, Exception?> makeError, bool drop, OutFrame? last, bool isExit = false)
    {
        bool isFirst = TryClose(kind, makeError, drop, last, isExit);
        if (isFirst)
            ChannelMetrics.Ended(kind, tags);
        return isFirst;
    }

    private bool TryClose(EndingKind kind, Func<long, Exception?> makeError, bool drop, OutFrame? last, bool isExit = false) =>
        sender.TryClose(
            unreceived =>
            {
                Exception? error = makeError(unreceived);
                return new Closure(new Ending(kind, error, kind is EndingKind.Completed or EndingKind.Faulted or EndingKind.WriterLeft or EndingKind.OwnerLeft ? 0 : unreceived, (error as ConnectionLostException)?.ExitCode), error, isExit) { Where = where() };
            },
            drop,
            last);
}
