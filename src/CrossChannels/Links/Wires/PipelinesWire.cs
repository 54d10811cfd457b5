using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace CrossChannels.Links;

/// <summary>A link's input from any <see cref="PipeReader"/>.</summary>
internal sealed class PipeInput(PipeReader reader) : LinkInput
{
    private int _isClosed;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> destination)
    {
        ReadResult result = await reader.ReadAsync().ConfigureAwait(false);
        while (result is { Buffer.IsEmpty: true, IsCompleted: false, IsCanceled: false } && Volatile.Read(ref _isClosed) == 0)
        {
            // Nothing is no end.
            reader.AdvanceTo(result.Buffer.End);
            result = await reader.ReadAsync().ConfigureAwait(false);
        }
        if (result.IsCanceled || Volatile.Read(ref _isClosed) != 0)
        {
            reader.AdvanceTo(result.Buffer.Start);
            throw new ObjectDisposedException(nameof(PipeInput));
        }
        ReadOnlySequence<byte> bytes = result.Buffer;
        if (bytes.Length > destination.Length)
            bytes = bytes.Slice(0, destination.Length);
        bytes.CopyTo(destination.Span);
        // Advancing gives the memory back, and the sequence means nothing after that.
        int count = (int)bytes.Length;
        reader.AdvanceTo(bytes.End);
        return count;
    }

    public override ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return default;
        // A pending read must come back before the reader may be completed; the read after it is never begun.
        reader.CancelPendingRead();
        return reader.CompleteAsync();
    }
}

/// <summary>A link's output to any <see cref="PipeWriter"/>.</summary>
internal sealed class PipeOutput(PipeWriter writer) : LinkOutput
{
    private static readonly Type s_memoryWriter = new Pipe().Writer.GetType();

    /// <remarks>A pipe in memory ends a pending write when it is closed; one over a stream that ignores cancellation does not.</remarks>
    public override bool EndsWritesOnClose => writer.GetType() == s_memoryWriter;

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
