using Microsoft.Extensions.Logging;

namespace CrossChannels.Hosting;

/// <summary>Every message that this package logs, each with an event id of its own, beside those of the core.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(100, LogLevel.Information, "The {What} of '{Name}' is open at {Address}.", EventName = nameof(EndOpened))]
    public static partial void EndOpened(ILogger logger, string what, string name, ChannelAddress address);

    [LoggerMessage(101, LogLevel.Warning, "The {What} of '{Name}' could not be opened at {Address}; the next try is in {Seconds} s. {Reason}", EventName = nameof(EndNotOpened))]
    public static partial void EndNotOpened(ILogger logger, string what, string name, ChannelAddress address, double seconds, string reason);

    [LoggerMessage(102, LogLevel.Warning, "The {What} of '{Name}' was lost: {Kind}; up to {Count} items were not received. It is opened again.", EventName = nameof(EndLost))]
    public static partial void EndLost(ILogger logger, string what, string name, EndingKind kind, long count, Exception? cause);

    [LoggerMessage(103, LogLevel.Warning, "The {What} of '{Name}' is open again after {Seconds} s; what its last hub held may be gone.", EventName = nameof(EndReopened))]
    public static partial void EndReopened(ILogger logger, string what, string name, double seconds);

    [LoggerMessage(EventId = 104, Message = "The channel of the {What} of '{Name}' is over: {Kind}.", EventName = nameof(EndOver))]
    public static partial void EndOver(ILogger logger, LogLevel level, string what, string name, EndingKind kind);

    [LoggerMessage(105, LogLevel.Critical, "The {What} of '{Name}' cannot be opened, and is not tried again.", EventName = nameof(EndImpossible))]
    public static partial void EndImpossible(ILogger logger, string what, string name, Exception error);

    [LoggerMessage(106, LogLevel.Error, "What OnReopened of '{Name}' calls failed.", EventName = nameof(ReopenedFailed))]
    public static partial void ReopenedFailed(ILogger logger, string name, Exception error);

    [LoggerMessage(107, LogLevel.Warning, "Up to {Count} items written to '{Name}' were not received when the host stopped.", EventName = nameof(NotReceived))]
    public static partial void NotReceived(ILogger logger, string name, long count);

    [LoggerMessage(110, LogLevel.Information, "Hub '{Name}' listens at {Address}.", EventName = nameof(HubStarted))]
    public static partial void HubStarted(ILogger logger, string name, ChannelAddress address);

    [LoggerMessage(111, LogLevel.Information, "Hub '{Name}' stops: readers have {Seconds} s to drain it.", EventName = nameof(HubStopping))]
    public static partial void HubStopping(ILogger logger, string name, double seconds);

    [LoggerMessage(112, LogLevel.Information, "Hub '{Name}' has stopped; everything in it was read.", EventName = nameof(HubDrained))]
    public static partial void HubDrained(ILogger logger, string name);

    [LoggerMessage(113, LogLevel.Warning, "Hub '{Name}' has stopped with {Count} items that nobody has read.", EventName = nameof(HubLeftItems))]
    public static partial void HubLeftItems(ILogger logger, string name, long count);

    [LoggerMessage(114, LogLevel.Warning, "The host's shutdown time was up before readers had drained hub '{Name}'.", EventName = nameof(HubNotDrained))]
    public static partial void HubNotDrained(ILogger logger, string name);

    [LoggerMessage(120, LogLevel.Error, "Work on an item of '{Name}' failed at delivery {Deliveries}; action: {Action}.", EventName = nameof(LeaseFailed))]
    public static partial void LeaseFailed(ILogger logger, string name, int deliveries, LeaseFailureAction action, Exception error);

    [LoggerMessage(121, LogLevel.Warning, "An item of '{Name}' was worked on, and its lease could not be settled ({Action}): it is delivered again.", EventName = nameof(LeaseNotSettled))]
    public static partial void LeaseNotSettled(ILogger logger, string name, LeaseFailureAction action, Exception error);

    [LoggerMessage(122, LogLevel.Warning, "Work on an item of '{Name}', delivery {Deliveries}, was canceled: its hub was lost, or the host's shutdown time is up. It is delivered again.", EventName = nameof(LeaseGivenBack))]
    public static partial void LeaseGivenBack(ILogger logger, string name, int deliveries);

    [LoggerMessage(123, LogLevel.Error, "An item of '{Name}' could not be read; it goes to another reader, or to the dead letters.", EventName = nameof(LeaseUnreadable))]
    public static partial void LeaseUnreadable(ILogger logger, string name, Exception error);

    [LoggerMessage(124, LogLevel.Error, "OnFailure of '{Name}' threw; the item is abandoned.", EventName = nameof(OnFailureFailed))]
    public static partial void OnFailureFailed(ILogger logger, string name, Exception error);
}
