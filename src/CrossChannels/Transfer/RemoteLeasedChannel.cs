namespace CrossChannels.Transfer;

/// <summary>A leased channel of another process: a reader of leases and a writer that are opened together.</summary>
internal sealed class RemoteLeasedChannel<T>(RemoteEnds<T, Lease<T>, LeasedReader<T>> ends, ChannelAddress address) : LeasedChannel<T>(ends.Reader, ends.Writer)
{
    public override ChannelAddress Address => address;

    /// <remarks>They are at their owner.</remarks>
    public override SharedChannel<T>? DeadLetters => null;

    public static async Task<RemoteLeasedChannel<T>> OpenAsync(TransferContent content, CancellationToken cancellationToken) => new(
        await RemoteEnds<T, Lease<T>, LeasedReader<T>>.OpenAsync(content, CrossChannel.OpenLeasedReaderAsync, cancellationToken).ConfigureAwait(false), content.Address)
    {
        Origin = RefusedOrigin.Both,
    };

    public override void Abort(string? reason = null) => ends.Abort(reason);

    public override ValueTask DisposeAsync() => ends.DisposeAsync();

    public override void Dispose() => ends.Dispose();
}
