using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Diagnostics;

/// <summary>Every log message of this package.</summary>
internal static partial class NatsLog
{
    public static void NotStored(ILogger? logger, string channel, long count) => NotStoredCore(logger ?? NullLogger.Instance, channel, count);

    public static void NotLeft(ILogger? logger, string channel, string error) => NotLeftCore(logger ?? NullLogger.Instance, channel, error);

    public static void Unreadable(ILogger? logger, string subject, string error) => UnreadableCore(logger ?? NullLogger.Instance, subject, error);

    public static void StepFailed(ILogger? logger, string channel, string error) => StepFailedCore(logger ?? NullLogger.Instance, channel, error);

    public static void NotGivenBack(ILogger? logger, string channel, string error) => NotGivenBackCore(logger ?? NullLogger.Instance, channel, error);

    public static void DeadLetterFailed(ILogger? logger, string channel, string error) => DeadLetterFailedCore(logger ?? NullLogger.Instance, channel, error);

    public static void LockNotGivenBack(ILogger? logger, string name, string error) => LockNotGivenBackCore(logger ?? NullLogger.Instance, name, error);

    public static void HolderGone(ILogger? logger, string name, string holder, ulong token) => HolderGoneCore(logger ?? NullLogger.Instance, name, holder, token);

    public static void LockNotConfirmed(ILogger? logger, string name, string error) => LockNotConfirmedCore(logger ?? NullLogger.Instance, name, error);

    public static void LockLost(ILogger? logger, string name, ulong token, string why) => LockLostCore(logger ?? NullLogger.Instance, name, token, why);

    public static void NotPermitted(ILogger? logger, string error) => NotPermittedCore(logger ?? NullLogger.Instance, error);

    public static void KeptLess(ILogger? logger, string stream, long replicas, StreamConfigStorage storage, long askedReplicas, StreamConfigStorage askedStorage) =>
        KeptLessCore(logger ?? NullLogger.Instance, stream, replicas, storage, askedReplicas, askedStorage);

    public static void NotSwept(ILogger? logger, string space, string error) => NotSweptCore(logger ?? NullLogger.Instance, space, error);

    public static void NotDrained(ILogger? logger, string channel, long count) => NotDrainedCore(logger ?? NullLogger.Instance, channel, count);

    public static void NotDeleted(ILogger? logger, string channel, string error) => NotDeletedCore(logger ?? NullLogger.Instance, channel, error);

    [LoggerMessage(1, LogLevel.Warning, "A writer of channel '{Channel}' was disposed, and the server has not stored {Count} of its items")]
    private static partial void NotStoredCore(ILogger logger, string channel, long count);

    [LoggerMessage(2, LogLevel.Warning, "A writer of channel '{Channel}' could not tell others that it has left: {Error}")]
    private static partial void NotLeftCore(ILogger logger, string channel, string error);

    [LoggerMessage(3, LogLevel.Warning, "The server answered to {Subject} with what is not an answer: {Error}")]
    private static partial void UnreadableCore(ILogger logger, string subject, string error);

    [LoggerMessage(4, LogLevel.Warning, "A look at channel '{Channel}', or a step to its end, failed, and is tried again: {Error}")]
    private static partial void StepFailedCore(ILogger logger, string channel, string error);

    [LoggerMessage(5, LogLevel.Warning, "A reader of channel '{Channel}' could not give back what it held, which others get after the lease timeout: {Error}")]
    private static partial void NotGivenBackCore(ILogger logger, string channel, string error);

    [LoggerMessage(6, LogLevel.Warning, "An item of channel '{Channel}' could not be put to the dead letters, and is delivered again: {Error}")]
    private static partial void DeadLetterFailedCore(ILogger logger, string channel, string error);

    [LoggerMessage(7, LogLevel.Warning, "Lock '{Name}' was disposed and could not be given back; others get it after the presence timeout: {Error}")]
    private static partial void LockNotGivenBackCore(ILogger logger, string name, string error);

    [LoggerMessage(8, LogLevel.Warning, "Lock '{Name}' passes on: {Holder}, which had token {Token}, is gone")]
    private static partial void HolderGoneCore(ILogger logger, string name, string holder, ulong token);

    [LoggerMessage(9, LogLevel.Warning, "Whether lock '{Name}' is still held could not be asked: {Error}")]
    private static partial void LockNotConfirmedCore(ILogger logger, string name, string error);

    [LoggerMessage(10, LogLevel.Error, "Lock '{Name}' with token {Token} counts as lost: {Why}")]
    private static partial void LockLostCore(ILogger logger, string name, ulong token, string why);

    [LoggerMessage(11, LogLevel.Error, "The server refused what this client's user may not do: {Error}")]
    private static partial void NotPermittedCore(ILogger logger, string error);

    [LoggerMessage(12, LogLevel.Warning, "The stream {Stream} was there, and keeps {Replicas} copies, in storage {Storage}; this process asks for {AskedReplicas}, in storage {AskedStorage}")]
    private static partial void KeptLessCore(ILogger logger, string stream, long replicas, StreamConfigStorage storage, long askedReplicas, StreamConfigStorage askedStorage);

    [LoggerMessage(13, LogLevel.Warning, "What has been over for a day in space '{Space}' could not be deleted: {Error}")]
    private static partial void NotSweptCore(ILogger logger, string space, string error);

    [LoggerMessage(14, LogLevel.Warning, "Channel '{Channel}' goes with this process, and was deleted with {Count} items in it")]
    private static partial void NotDrainedCore(ILogger logger, string channel, long count);

    [LoggerMessage(15, LogLevel.Warning, "Channel '{Channel}' goes with this process, and could not be deleted: {Error}")]
    private static partial void NotDeletedCore(ILogger logger, string channel, string error);
}
