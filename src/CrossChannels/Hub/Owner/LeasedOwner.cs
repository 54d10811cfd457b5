using CrossChannels.Channels;
using CrossChannels.Serialization;

namespace CrossChannels.Hub;

/// <summary>The owner's two ends of a leased channel.</summary>
internal sealed class LeasedOwner<T> : LeasedChannel<T>
{
    private readonly QueueChannel _channel;
    private readonly Func<TimeSpan, ValueTask<long>> _close;

    /// <param name="channel">The channel.</param>
    /// <param name="codec">Of its items.</param>
    /// <param name="address">Where others open it.</param>
    /// <param name="deadLetters">Where items go that were delivered too often.</param>
    /// <param name="close">Closes it, or the hub that it is alone in, under a deadline.</param>
    public LeasedOwner(QueueChannel channel, ItemCodec<T> codec, ChannelAddress address, SharedChannel<T>? deadLetters, Func<TimeSpan, ValueTask<long>> close)
        : base(MakeReader(channel, codec), new ItemWriter<T, OwnerSink>(new OwnerSink(channel), codec))
    {
        _channel = channel;
        _close = close;
        Address = address;
        DeadLetters = deadLetters;
    }

    public override ChannelAddress Address { get; }

    public override SharedChannel<T>? DeadLetters { get; }

    public override void Abort(string? reason = null) => _channel.Abort(reason);

    public override async ValueTask DisposeAsync() => await _close(_channel.Options.Hub.DrainTimeout).ConfigureAwait(false);

    public override void Dispose() => _ = _close(TimeSpan.Zero).AsTask();

    private static LeasedItemReader<T, OwnerSource> MakeReader(QueueChannel channel, ItemCodec<T> codec) =>
        new(new OwnerSource(channel), codec, channel.OwnerReads, channel.OwnerReads.TryCompleteOldest);
}
