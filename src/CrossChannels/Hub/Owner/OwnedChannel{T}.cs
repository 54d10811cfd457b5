namespace CrossChannels.Hub;

/// <summary>A hub's channel as its owner has it.</summary>
/// <param name="reader">The owner's end.</param>
/// <param name="writer">The owner's end.</param>
/// <param name="address">Where other processes find it.</param>
/// <param name="drainTimeout">How long disposal lets remote readers drain.</param>
/// <param name="abort">Ends the channel at once.</param>
/// <param name="close">Closes the channel, or the hub that has no other.</param>
internal sealed class OwnedChannel<T>(
    CrossChannelReader<T> reader,
    CrossChannelWriter<T> writer,
    ChannelAddress address,
    TimeSpan drainTimeout,
    Action<string?> abort,
    Func<TimeSpan, ValueTask<long>> close) : SharedChannel<T>(reader, writer)
{
    public override ChannelAddress Address => address;

    public override void Abort(string? reason = null) => abort(reason);

    public override async ValueTask DisposeAsync() => await close(drainTimeout).ConfigureAwait(false);

    public override void Dispose() => _ = close(TimeSpan.Zero).AsTask();
}
