namespace CrossChannels.Transfer;

/// <summary>A shared channel of another process: a reader and a writer that are opened together.</summary>
internal sealed class RemoteChannel<T>(RemoteEnds<T, T, CrossChannelReader<T>> ends, ChannelAddress address) : SharedChannel<T>(ends.Reader, ends.Writer)
{
    public override ChannelAddress Address => address;

    public static async Task<RemoteChannel<T>> OpenAsync(TransferContent content, CancellationToken cancellationToken) => new(
        await RemoteEnds<T, T, CrossChannelReader<T>>.OpenAsync(content, CrossChannel.OpenReaderAsync, cancellationToken).ConfigureAwait(false), content.Address)
    {
        Origin = RefusedOrigin.Both,
    };

    public override void Abort(string? reason = null) => ends.Abort(reason);

    public override ValueTask DisposeAsync() => ends.DisposeAsync();

    public override void Dispose() => ends.Dispose();
}
