using System.Threading.Channels;

namespace CrossChannels.Workers.Arguments;

/// <summary>What would mean nothing in another process, and what to pass instead.</summary>
internal static class RefusedArguments
{
    private const string NoChannel =
        "is a channel of this process. Make it with CrossChannel.CreateBoundedAsync or CreateUnboundedAsync, which take what " +
        "Channel.CreateBounded takes and an address, and pass its reader or writer.";

    private const string NoLock =
        "is a lock of this process, which others would not see taken. Make one with CrossChannel.CreateLockAsync, and pass that.";

    /// <summary>Why a value is refused, to follow its type; <see langword="null"/> if it is not.</summary>
    public static string? ReasonFor(object value)
    {
        for (Type? type = value.GetType(); type is not null; type = type.BaseType)
        {
            Type plain = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
            if (plain == typeof(Channel<,>) || plain == typeof(ChannelReader<>) || plain == typeof(ChannelWriter<>))
                return NoChannel;
        }
        return value switch
        {
            Lock or SemaphoreSlim or ReaderWriterLockSlim or WaitHandle => NoLock,
            CancellationToken =>
                "is a signal within this process. Leave that parameter out: the method reads WorkerProcess.Stopping, which " +
                "TerminateAsync and the end of its call cancel.",
            WorkerProcess =>
                "is a worker of this process, and others can neither wait for it nor end it. Pass its process id, or a channel to it.",
            _ => null,
        };
    }
}
