using System.IO.Pipelines;

namespace CrossChannels.Transports;

/// <summary>A connection that somebody else made, and authenticated.</summary>
internal sealed class PipeTransportConnection(IDuplexPipe pipe, string remoteEndpoint, int? processId = null, long? userId = null) : TransportConnection
{
    public override string RemoteEndpoint => remoteEndpoint;

    public override int? PeerProcessId => processId;

    public override long? PeerUserId => userId;

    public override IDuplexPipe Pipe => pipe;

    public override Stream Input => throw new NotSupportedException();

    public override Stream Output => throw new NotSupportedException();

    /// <remarks>A link has completed both halves by now, unless it never began.</remarks>
    public override async ValueTask DisposeAsync()
    {
        pipe.Output.CancelPendingFlush();
        await pipe.Output.CompleteAsync().ConfigureAwait(false);
        pipe.Input.CancelPendingRead();
        await pipe.Input.CompleteAsync().ConfigureAwait(false);
        if (pipe is IAsyncDisposable disposable)
            await disposable.DisposeAsync().ConfigureAwait(false);
    }
}
