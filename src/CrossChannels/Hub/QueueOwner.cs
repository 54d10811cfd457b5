using CrossChannels.Channels;
using CrossChannels.Serialization;

namespace CrossChannels.Hub;

/// <summary>The owner's two ends of a queued channel.</summary>
/// <param name="channel">The channel.</param>
/// <param name="codec">Of its items.</param>
/// <param name="address">Where others open it.</param>
/// <param name="close">Closes it, or the hub that it is alone in, under a deadline.</param>
internal sealed class QueueOwner<T>(QueueChannel channel, ItemCodec<T> codec, ChannelAddress address, Func<TimeSpan, Task> close)
    : CrossChannel<T>(new ItemReader<T, OwnerSource>(new OwnerSource(channel), codec), new ItemWriter<T, OwnerSink>(new OwnerSink(channel), codec))
{
    public override ChannelAddress Address => address;

    public override void Abort(string? reason = null) => channel.Course.Abort(reason);

    public override async ValueTask DisposeAsync() => await close(channel.Settings.DrainTimeout).ConfigureAwait(false);

    public override void Dispose() => _ = close(TimeSpan.Zero);
}
