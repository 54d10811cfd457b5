namespace CrossChannels.Tests.Injection;

/// <summary>An end of a link whose callers are restless.</summary>
internal sealed class RestlessChannel<TWrite, TRead>(DuplexChannel<TWrite, TRead> inner, Restlessness plan)
    : DuplexChannel<TWrite, TRead>(new RestlessWriter<TWrite>(inner.Writer, plan), new RestlessReader<TRead>(inner.Reader, plan))
{
    public override PeerInfo? Peer => inner.Peer;

    public override Task<PeerInfo> WaitForPeerAsync(CancellationToken cancellationToken = default) => inner.WaitForPeerAsync(cancellationToken);

    public override void Abort(string? reason = null) => inner.Abort(reason);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    public override void Dispose() => inner.Dispose();
}
