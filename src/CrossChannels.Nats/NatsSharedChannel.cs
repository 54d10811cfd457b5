using CrossChannels.Nats.Server;

namespace CrossChannels.Nats;

/// <summary>A channel on a server, as the process has it that made it, or found it made.</summary>
internal sealed class NatsSharedChannel<T>(CrossChannelReader<T> reader, CrossChannelWriter<T> writer, ChannelAddress address, OwnedCourse owned) : SharedChannel<T>(reader, writer)
{
    public override ChannelAddress Address => address;

    public override void Abort(string? reason = null) => owned.Abort(reason);

    public override ValueTask DisposeAsync() => owned.LeaveAsync();

    public override void Dispose() => _ = DisposeAsync().AsTask();
}

/// <summary>A leased channel on a server, as the process has it that made it, or found it made.</summary>
internal sealed class NatsLeasedChannel<T>(LeasedReader<T> reader, CrossChannelWriter<T> writer, SharedChannel<T>? deadLetters, ChannelAddress address, OwnedCourse owned)
    : LeasedChannel<T>(reader, writer)
{
    public override ChannelAddress Address => address;

    public override SharedChannel<T>? DeadLetters => deadLetters;

    public override void Abort(string? reason = null) => owned.Abort(reason);

    public override async ValueTask DisposeAsync()
    {
        await owned.LeaveAsync().ConfigureAwait(false);
        if (deadLetters is not null)
            await deadLetters.DisposeAsync().ConfigureAwait(false);
    }

    public override void Dispose() => _ = DisposeAsync().AsTask();
}
