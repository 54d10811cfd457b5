using CrossChannels.Threading;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Diagnostics;

/// <summary>Every message that the library logs, each with an event id of its own.</summary>
/// <remarks>
/// A logger is user code: these methods are called under no lock, and what it throws ends here, because a link must come to its end, and
/// a hub go on, all the same.
/// </remarks>
internal static partial class Log
{
    public static void Connected(ILogger? logger, string peer)
    {
        if (Quiet(logger) is { } quiet)
            ConnectedCore(quiet, peer);
    }

    public static void Ended(ILogger? logger, string peer, EndingKind kind, Exception cause)
    {
        if (Quiet(logger) is { } quiet)
            EndedCore(quiet, peer, kind, PeerText.MessageOf(cause), cause);
    }

    public static void CloseFailed(ILogger? logger, string peer, Exception error)
    {
        if (Quiet(logger) is { } quiet)
            CloseFailedCore(quiet, peer, error);
    }

    public static void NotDrained(ILogger? logger, string channel, long count)
    {
        if (Quiet(logger) is { } quiet)
            NotDrainedCore(quiet, channel, count);
    }

    public static void DeadLetters(ILogger? logger, string channel, long count)
    {
        if (Quiet(logger) is { } quiet)
            DeadLettersCore(quiet, channel, count);
    }

    public static void NotReceived(ILogger? logger, string peer, long count)
    {
        if (Quiet(logger) is { } quiet)
            NotReceivedCore(quiet, peer, count);
    }

    public static void Lost(ILogger? logger, string peer)
    {
        if (Quiet(logger) is { } quiet)
            LostCore(quiet, peer);
    }

    public static void ItemDroppedFailed(ILogger? logger, Exception error)
    {
        if (Quiet(logger) is { } quiet)
            ItemDroppedFailedCore(quiet, error);
    }

    public static void AcceptFailed(ILogger? logger, string address, Exception error)
    {
        if (Quiet(logger) is { } quiet)
            AcceptFailedCore(quiet, address, error);
    }

    public static void GreetingFailed(ILogger? logger, string peer, Exception error)
    {
        if (Quiet(logger) is { } quiet)
            GreetingFailedCore(quiet, peer, PeerText.MessageOf(error), error);
    }

    /// <param name="logger">Of the link.</param>
    /// <param name="peer">The other end.</param>
    /// <param name="reason">Why items go over the connection.</param>
    /// <param name="isAsked">Shared memory was asked for; else it would only have been better.</param>
    public static void NoLane(ILogger? logger, string peer, string reason, bool isAsked)
    {
        string shown = PeerText.Show(reason);
        if (Quiet(logger) is { } quiet)
            NoLaneCore(quiet, isAsked ? LogLevel.Warning : LogLevel.Information, peer, shown);
    }

    public static void Reconnected(ILogger? logger, string address, double seconds, long unreceived)
    {
        if (Quiet(logger) is { } quiet)
            ReconnectedCore(quiet, address, seconds, unreceived);
    }

    public static void NotReconnected(ILogger? logger, string address, Exception error)
    {
        if (Quiet(logger) is { } quiet)
            NotReconnectedCore(quiet, address, PeerText.MessageOf(error), error);
    }

    /// <param name="logger">Of the link.</param>
    /// <param name="length">In bytes.</param>
    /// <remarks>On the pool, because it is said by finalizers: a logger that blocks would stop all finalization.</remarks>
    public static void MemoryLost(ILogger logger, int length) =>
        ThreadPool.UnsafeQueueUserWorkItem(static lost => MemoryLostNow(lost.logger, lost.length), (logger, length), preferLocal: false);

    public static void ItemLost(ILogger? logger, string channel, string peer, Exception? error)
    {
        if (Quiet(logger) is { } quiet)
            ItemLostCore(quiet, channel, peer, error);
    }

    public static void ItemNotTaken(ILogger? logger, string channel, string peer)
    {
        if (Quiet(logger) is { } quiet)
            ItemNotTakenCore(quiet, channel, peer);
    }

    public static void ComparerFailed(ILogger? logger, string channel, Exception error)
    {
        if (Quiet(logger) is { } quiet)
            ComparerFailedCore(quiet, channel, error);
    }

    public static void BinaryInJson(ILogger? logger, string member, int bytes)
    {
        if (Quiet(logger) is { } quiet)
            BinaryInJsonCore(quiet, member, bytes);
    }

    public static void HubWorkFailed(ILogger? logger, string channel, Exception error)
    {
        if (Quiet(logger) is { } quiet)
            HubWorkFailedCore(quiet, channel, error);
    }

    public static void PeerSilent(ILogger? logger, string name, string peer, double seconds)
    {
        if (Quiet(logger) is { } quiet)
            PeerSilentCore(quiet, name, peer, seconds);
    }

    public static void OwnerLeft(ILogger? logger, string channel, long count)
    {
        if (Quiet(logger) is { } quiet)
            OwnerLeftCore(quiet, channel, count);
    }

    public static void LeftOpen(ILogger? logger, string channel)
    {
        if (Quiet(logger) is { } quiet)
            LeftOpenCore(quiet, channel);
    }

    public static void HoldLost(ILogger? logger, string address, long token)
    {
        if (Quiet(logger) is { } quiet)
            HoldLostCore(quiet, address, token);
    }

    public static void LeaseLost(ILogger? logger, string source, long sequence)
    {
        if (Quiet(logger) is { } quiet)
            LeaseLostCore(quiet, source, sequence);
    }

    [LoggerMessage(1, LogLevel.Debug, "Connected with {Peer}.", EventName = nameof(Connected))]
    private static partial void ConnectedCore(ILogger logger, string peer);

    [LoggerMessage(2, LogLevel.Warning, "The link with {Peer} ended: {Kind}. {Reason}", EventName = nameof(Ended))]
    private static partial void EndedCore(ILogger logger, string peer, EndingKind kind, string reason, Exception cause);

    [LoggerMessage(3, LogLevel.Debug, "Closing the connection with {Peer} failed.", EventName = nameof(CloseFailed))]
    private static partial void CloseFailedCore(ILogger logger, string peer, Exception error);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "Up to {Count} items were not received by {Peer} when the channel was closed.",
        EventName = nameof(NotReceived))]
    private static partial void NotReceivedCore(ILogger logger, string peer, long count);

    [LoggerMessage(
        5,
        LogLevel.Warning,
        "A channel with {Peer} was collected without having been disposed; it is closed now.",
        EventName = nameof(Lost))]
    private static partial void LostCore(ILogger logger, string peer);

    [LoggerMessage(6, LogLevel.Error, "ItemDropped threw.", EventName = nameof(ItemDroppedFailed))]
    private static partial void ItemDroppedFailedCore(ILogger logger, Exception error);

    [LoggerMessage(7, LogLevel.Warning, "Accepting at {Address} failed; trying again.", EventName = nameof(AcceptFailed))]
    private static partial void AcceptFailedCore(ILogger logger, string address, Exception error);

    [LoggerMessage(8, LogLevel.Warning, "A connection from {Peer} did not become a channel: {Reason}", EventName = nameof(GreetingFailed))]
    private static partial void GreetingFailedCore(ILogger logger, string peer, string reason, Exception error);

    private static void MemoryLostNow(ILogger logger, int length)
    {
        if (Quiet(logger) is { } quiet)
            MemoryLostCore(quiet, length);
    }

    [LoggerMessage(
        13,
        LogLevel.Warning,
        "{Length} bytes of shared memory, rented or of an item, were collected without having been disposed; they stay in use until this process ends.",
        EventName = nameof(MemoryLost))]
    private static partial void MemoryLostCore(ILogger logger, int length);

    [LoggerMessage(EventId = 10, Message = "Items to and from {Peer} go over the connection and not by shared memory: {Reason}", EventName = nameof(NoLane))]
    private static partial void NoLaneCore(ILogger logger, LogLevel level, string peer, string reason);

    [LoggerMessage(
        11,
        LogLevel.Warning,
        "An end at {Address} has its hub again, after {Seconds:0.0} s; what the last hub held may be gone, and up to {Count} accepted items had not been received.",
        EventName = nameof(Reconnected))]
    private static partial void ReconnectedCore(ILogger logger, string address, double seconds, long count);

    [LoggerMessage(12, LogLevel.Error, "An end at {Address} does not try to reach its hub any more: {Reason}", EventName = nameof(NotReconnected))]
    private static partial void NotReconnectedCore(ILogger logger, string address, string reason, Exception error);

    [LoggerMessage(
        20,
        LogLevel.Warning,
        "{Count} items of channel {Channel} were left when its owner closed it.",
        EventName = nameof(NotDrained))]
    private static partial void NotDrainedCore(ILogger logger, string channel, long count);

    [LoggerMessage(
        21,
        LogLevel.Warning,
        "{Count} items of channel {Channel} were delivered too often and dropped.",
        EventName = nameof(DeadLetters))]
    private static partial void DeadLettersCore(ILogger logger, string channel, long count);

    [LoggerMessage(
        22,
        LogLevel.Warning,
        "An item of channel '{Channel}' was given to {Peer} and did not reach it.",
        EventName = nameof(ItemLost))]
    private static partial void ItemLostCore(ILogger logger, string channel, string peer, Exception? error);

    [LoggerMessage(23, LogLevel.Debug, "Channel '{Channel}' was over when an item of {Peer} came.", EventName = nameof(ItemNotTaken))]
    private static partial void ItemNotTakenCore(ILogger logger, string channel, string peer);

    [LoggerMessage(
        24,
        LogLevel.Error,
        "The comparer of channel '{Channel}' threw; the two items count as equal.",
        EventName = nameof(ComparerFailed))]
    private static partial void ComparerFailedCore(ILogger logger, string channel, Exception error);

    [LoggerMessage(
        9,
        LogLevel.Warning,
        "{Member} is written as Base64 within JSON, which is a third larger and slow for items like this one of {Bytes} bytes. Send such bytes " +
            "as items of their own (byte[], ReadOnlyMemory<byte>), or set ItemOptions<T>.Serializer to a binary serializer.",
        EventName = nameof(BinaryInJson))]
    private static partial void BinaryInJsonCore(ILogger logger, string member, int bytes);

    [LoggerMessage(
        25,
        LogLevel.Error,
        "Work that channel '{Channel}' had to do after a call failed.",
        EventName = nameof(HubWorkFailed))]
    private static partial void HubWorkFailedCore(ILogger logger, string channel, Exception error);

    [LoggerMessage(
        26,
        LogLevel.Warning,
        "{Peer} has not answered channel or lock '{Name}' for {Seconds} s while others wait. Its process runs, so it is not cut off: its thread pool may be full of work that blocks.",
        EventName = nameof(PeerSilent))]
    private static partial void PeerSilentCore(ILogger logger, string name, string peer, double seconds);

    [LoggerMessage(
        27,
        LogLevel.Information,
        "The owner of channel '{Channel}' left without completing it; {Count} items are unread. Its readers and writers end with OwnerLeft.",
        EventName = nameof(OwnerLeft))]
    private static partial void OwnerLeftCore(ILogger logger, string channel, long count);

    [LoggerMessage(
        28,
        LogLevel.Warning,
        "A hold of the lock at {Address}, fencing token {Token}, was collected without having been released; the lock is given back as abandoned.",
        EventName = nameof(HoldLost))]
    private static partial void HoldLostCore(ILogger logger, string address, long token);

    [LoggerMessage(
        35,
        LogLevel.Warning,
        "Lease {Sequence} of {Source} was collected without having been settled; its item is given back as abandoned. Complete every lease, or dispose it.",
        EventName = nameof(LeaseLost))]
    private static partial void LeaseLostCore(ILogger logger, string source, long sequence);

    [LoggerMessage(
        29,
        LogLevel.Information,
        "All writers of channel '{Channel}' left, none of them completed it, and its readers wait for more. It ends when a writer calls Complete, or its owner does; " +
            "with CompletionPolicy.LastWriter it ends with its last writer.",
        EventName = nameof(LeftOpen))]
    private static partial void LeftOpenCore(ILogger logger, string channel);

    /// <summary>The logger, or the program's where there is none, without what it throws; the workers' library logs by it too.</summary>
    internal static ILogger? Quiet(ILogger? logger)
    {
        HeldLocks.AssertNone();
        logger ??= ConnectionOptions.DefaultLogger;
        return logger is null ? null : new QuietLogger(logger);
    }

    /// <summary>The program's logger, without what it throws, which there is no place to report.</summary>
    private sealed class QuietLogger(ILogger logger) : ILogger
    {
        /// <remarks>Nothing here opens a scope.</remarks>
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel)
        {
            try
            {
                return logger.IsEnabled(logLevel);
            }
            catch (Exception)
            {
                return false;
            }
        }

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
            catch (Exception)
            {
                // The logger failed, and this message with it.
            }
        }
    }
}
