using CrossChannels.Nats.Completion;
using CrossChannels.Nats.Receiving;

namespace CrossChannels.Nats;

/// <summary>A channel on a server, as the process has it that made it, or found it made. It stays there when this is disposed.</summary>
internal sealed class NatsSharedChannel<T>(
    CrossChannelReader<T> reader, CrossChannelWriter<T> writer, ChannelAddress address, NatsReceiver receiver, ChannelCourse course, CancellationToken stopping)
    : SharedChannel<T>(reader, writer)
{
    public override ChannelAddress Address => address;

    public override void Abort(string? reason = null) => _ = course.AbortAsync(reason, stopping);

    public override async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync().ConfigureAwait(false);
        await receiver.LeaveAsync().ConfigureAwait(false);
    }

    public override void Dispose() => _ = DisposeAsync().AsTask();
}

/// <summary>A leased channel on a server, as the process has it that made it, or found it made. It stays there when this is disposed.</summary>
internal sealed class NatsLeasedChannel<T>(
    LeasedReader<T> reader,
    CrossChannelWriter<T> writer,
    SharedChannel<T>? deadLetters,
    ChannelAddress address,
    NatsReceiver receiver,
    ChannelCourse course,
    CancellationToken stopping) : LeasedChannel<T>(reader, writer)
{
    public override ChannelAddress Address => address;

    public override SharedChannel<T>? DeadLetters => deadLetters;

    public override void Abort(string? reason = null) => _ = course.AbortAsync(reason, stopping);

    public override async ValueTask DisposeAsync()
    {
        await Writer.DisposeAsync().ConfigureAwait(false);
        await receiver.LeaveAsync().ConfigureAwait(false);
        if (deadLetters is not null)
            await deadLetters.DisposeAsync().ConfigureAwait(false);
    }

    public override void Dispose() => _ = DisposeAsync().AsTask();
}
