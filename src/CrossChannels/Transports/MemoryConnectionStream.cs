using System.Buffers;
using System.IO.Pipelines;
using CrossChannels.Threading;

namespace CrossChannels.Transports;

/// <summary>A stream over the ends of two pipes that fails as a socket does, also when disposed during a read or a write.</summary>
internal sealed class MemoryConnectionStream(PipeReader reader, PipeWriter writer) : Stream
{
    // Guards _disposed, and the bytes of the reader against their release while they are copied.
    private readonly RankedLock _sync = new(LockRank.MemoryConnection);
    private volatile bool _disposed;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            ReadResult result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            using (_sync.Enter())
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                int count = (int)Math.Min(result.Buffer.Length, buffer.Length);
                ReadOnlySequence<byte> bytes = result.Buffer.Slice(0, count);
                bytes.CopyTo(buffer.Span);
                reader.AdvanceTo(bytes.End);
                return count;
            }
        }
        catch (InvalidOperationException e) when (IsDisposed())
        {
            throw new ObjectDisposedException(nameof(MemoryConnectionStream), e);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            FlushResult result = await writer.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            ObjectDisposedException.ThrowIf(IsDisposed(), this);
            if (result.IsCompleted)
                throw new IOException("The other end of the connection was closed.");
        }
        catch (InvalidOperationException e) when (IsDisposed())
        {
            throw new ObjectDisposedException(nameof(MemoryConnectionStream), e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw Blocking();

    public override void Write(byte[] buffer, int offset, int count) => throw Blocking();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Ends both directions; the peer may still read what was written.</summary>
    protected override void Dispose(bool disposing)
    {
        using (_sync.Enter())
        {
            if (_disposed)
                return;

            _disposed = true;
        }

        // The continuations of waiters are scheduled by the pipe, so none runs here.
        writer.CancelPendingFlush();
        writer.Complete();
        reader.CancelPendingRead();
        using (_sync.Enter())
        {
            reader.Complete();
        }

        base.Dispose(disposing);
    }

    private static NotSupportedException Blocking() => new("This stream does not block; use ReadAsync and WriteAsync.");

    // Takes no lock: a filter of an exception runs before the scope that threw has left its own.
    private bool IsDisposed() => _disposed;
}
