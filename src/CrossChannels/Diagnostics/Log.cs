using Microsoft.Extensions.Logging;

namespace CrossChannels.Diagnostics;

/// <summary>Every message that the library logs.</summary>
internal static partial class Log
{
    public static void Connected(ILogger? logger, string peer)
    {
        if (logger is not null)
            ConnectedCore(new QuietLogger(logger), peer);
    }

    public static void Ended(ILogger? logger, string peer, EndingKind kind, Exception cause)
    {
        if (logger is not null)
            EndedCore(new QuietLogger(logger), peer, kind, cause.Message, cause);
    }

    public static void CloseFailed(ILogger? logger, string peer, Exception error)
    {
        if (logger is not null)
            CloseFailedCore(new QuietLogger(logger), peer, error);
    }

    public static void NotDrained(ILogger? logger, string channel, long count)
    {
        if (logger is not null)
            NotDrainedCore(new QuietLogger(logger), channel, count);
    }

    public static void DeadLetters(ILogger? logger, string channel, long count)
    {
        if (logger is not null)
            DeadLettersCore(new QuietLogger(logger), channel, count);
    }

    public static void NotReceived(ILogger? logger, string peer, long count)
    {
        if (logger is not null)
            NotReceivedCore(new QuietLogger(logger), peer, count);
    }

    public static void Lost(ILogger? logger, string peer)
    {
        if (logger is not null)
            LostCore(new QuietLogger(logger), peer);
    }

    public static void ItemDroppedFailed(ILogger? logger, Exception error)
    {
        if (logger is not null)
            ItemDroppedFailedCore(new QuietLogger(logger), error);
    }

    public static void AcceptFailed(ILogger? logger, string address, Exception error)
    {
        if (logger is not null)
            AcceptFailedCore(new QuietLogger(logger), address, error);
    }

    public static void GreetingFailed(ILogger? logger, string peer, Exception error)
    {
        if (logger is not null)
            GreetingFailedCore(new QuietLogger(logger), peer, error.Message, error);
    }

    public static void ItemLost(ILogger? logger, string channel, string peer, Exception? error)
    {
        if (logger is not null)
            ItemLostCore(new QuietLogger(logger), channel, peer, error);
    }

    public static void ItemNotTaken(ILogger? logger, string channel, string peer)
    {
        if (logger is not null)
            ItemNotTakenCore(new QuietLogger(logger), channel, peer);
    }

    public static void ComparerFailed(ILogger? logger, string channel, Exception error)
    {
        if (logger is not null)
            ComparerFailedCore(new QuietLogger(logger), channel, error);
    }

    [LoggerMessage(1, LogLevel.Debug, "Connected with {Peer}.", EventName = nameof(Connected))]
    private static partial void ConnectedCore(ILogger logger, string peer);

    [LoggerMessage(2, LogLevel.Warning, "The link with {Peer} ended: {Kind}. {Reason}", EventName = nameof(Ended))]
    private static partial void EndedCore(ILogger logger, string peer, EndingKind kind, string reason, Exception cause);

    [LoggerMessage(3, LogLevel.Debug, "Closing the connection with {Peer} failed.", EventName = nameof(CloseFailed))]
    private static partial void CloseFailedCore(ILogger logger, string peer, Exception error);

    [LoggerMessage(4, LogLevel.Warning, "Up to {Count} items were not received by {Peer} when the channel was closed.", EventName = nameof(NotReceived))]
    private static partial void NotReceivedCore(ILogger logger, string peer, long count);

    [LoggerMessage(5, LogLevel.Warning, "A channel with {Peer} was collected without having been disposed; it is closed now.", EventName = nameof(Lost))]
    private static partial void LostCore(ILogger logger, string peer);

    [LoggerMessage(6, LogLevel.Error, "ItemDropped threw.", EventName = nameof(ItemDroppedFailed))]
    private static partial void ItemDroppedFailedCore(ILogger logger, Exception error);

    [LoggerMessage(7, LogLevel.Warning, "Accepting at {Address} failed; trying again.", EventName = nameof(AcceptFailed))]
    private static partial void AcceptFailedCore(ILogger logger, string address, Exception error);

    [LoggerMessage(8, LogLevel.Warning, "A connection from {Peer} did not become a channel: {Reason}", EventName = nameof(GreetingFailed))]
    private static partial void GreetingFailedCore(ILogger logger, string peer, string reason, Exception error);

    [LoggerMessage(20, LogLevel.Warning, "{Count} items of channel {Channel} were left when its owner closed it.", EventName = nameof(NotDrained))]
    private static partial void NotDrainedCore(ILogger logger, string channel, long count);

    [LoggerMessage(21, LogLevel.Warning, "{Count} items of channel {Channel} were delivered too often and dropped.", EventName = nameof(DeadLetters))]
    private static partial void DeadLettersCore(ILogger logger, string channel, long count);

    [LoggerMessage(22, LogLevel.Warning, "An item of channel '{Channel}' was given to {Peer} and did not reach it.", EventName = nameof(ItemLost))]
    private static partial void ItemLostCore(ILogger logger, string channel, string peer, Exception? error);

    [LoggerMessage(23, LogLevel.Debug, "Channel '{Channel}' was over when an item of {Peer} came.", EventName = nameof(ItemNotTaken))]
    private static partial void ItemNotTakenCore(ILogger logger, string channel, string peer);

    [LoggerMessage(24, LogLevel.Error, "The comparer of channel '{Channel}' threw; the two items count as equal.", EventName = nameof(ComparerFailed))]
    private static partial void ComparerFailedCore(ILogger logger, string channel, Exception error);
}
