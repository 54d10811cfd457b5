using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace CrossChannels.Links;

/// <summary>A link's output to any <see cref="PipeWriter"/>.</summary>
internal sealed class PipeOutput(PipeWriter writer) : LinkOutput
{
    public override bool EndsWritesOnClose => true;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        FlushResult result = await writer.WriteAsync(bytes).ConfigureAwait(false);
        if (result.IsCompleted)
            throw new IOException("The other end of the pipe reads no more.");
        if (result.IsCanceled)
            throw new OperationCanceledException("The pipe's flush was canceled.");
    }

    public override ValueTask CloseAsync()
    {
        writer.CancelPendingFlush();
        return writer.CompleteAsync();
    }
}
