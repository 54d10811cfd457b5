using System.Diagnostics;
using System.Threading.Channels;

namespace CrossChannels.Workers.Pool;

/// <summary>Runs chunks in a worker, one task after the other, and reports as it goes.</summary>
/// <param name="replies">Where results go.</param>
/// <param name="queue">Where chunks come from.</param>
/// <param name="reportsEach">True to report before each task, so that the pool knows when it began.</param>
internal sealed class TaskLoop(CrossChannelWriter<ReadOnlyMemory<byte>> replies, WorkQueue queue, bool reportsEach)
{
    /// <summary>Results wait at most this long for others to be sent with, while tasks begin.</summary>
    private static readonly long s_reportTicks = Stopwatch.Frequency / 1000;

    private readonly TaskWriter _writer = new();

    // Of the message that is being written: where its state, time and count stand, and how many results it has.
    private int _head;
    private int _count;

    /// <summary>Runs what the queue has until it has nothing.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (queue.Take() is { } chunk)
                await RunAsync(chunk).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // The pool is gone; the receiving side ends this process.
        }
    }

    private async ValueTask RunAsync(WorkChunk chunk)
    {
        long started = Stopwatch.GetTimestamp();
        long reported = started;
        Begin(chunk);
        var state = ChunkState.Done;
        for (int i = 0; i < chunk.Count && state == ChunkState.Done; i++)
        {
            if (i > 0)
            {
                long now = Stopwatch.GetTimestamp();
                if (reportsEach || now - reported > s_reportTicks)
                {
                    reported = now;
                    if (!await SendAsync(chunk, ChunkState.Partial, 0).ConfigureAwait(false))
                        return;
                    Begin(chunk);
                }
            }
            int length = _writer.Length;
            try
            {
                if (chunk.IsCanceled)
                    state = ChunkState.Canceled;
                else if (chunk.Refusal is { } refusal)
                    throw refusal;
                else
                    await chunk.Runner!.RunAsync(chunk.Arguments, _writer, chunk.Token).ConfigureAwait(false);
                if (state == ChunkState.Done)
                    _count++;
            }
#pragma warning disable CA1031 // It goes to the pool, whatever it is.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _writer.Cut(length);
                state = chunk.IsCanceled && e is OperationCanceledException ? ChunkState.Canceled : ChunkState.Failed;
                if (state == ChunkState.Failed)
                    RemoteFailure.Write(_writer, e);
            }
        }
        await chunk.Arguments.CloseEndsAsync().ConfigureAwait(false);
        await SendAsync(chunk, state, (int)Math.Min(int.MaxValue, Stopwatch.GetElapsedTime(started).TotalMicroseconds)).ConfigureAwait(false);
    }

    private void Begin(WorkChunk chunk)
    {
        _writer.Begin((byte)PoolMessage.Results);
        _writer.Int32(chunk.Id);
        _head = _writer.Length;
        _writer.Byte((byte)ChunkState.Done);
        _writer.Int32(0);
        _writer.Int32(0);
        _count = 0;
    }

    /// <summary>Sends what is written. False if it is more than a message may be: then the chunk has failed instead.</summary>
    private async ValueTask<bool> SendAsync(WorkChunk chunk, ChunkState state, int microseconds)
    {
        try
        {
            await SealAndSendAsync(state, microseconds).ConfigureAwait(false);
            return true;
        }
        catch (ItemTooLargeException e)
        {
            Begin(chunk);
            RemoteFailure.Write(_writer, e);
            await SealAndSendAsync(ChunkState.Failed, microseconds).ConfigureAwait(false);
            return false;
        }
    }

    private ValueTask SealAndSendAsync(ChunkState state, int microseconds)
    {
        int length = _writer.Length;
        _writer.Cut(_head);
        _writer.Byte((byte)state);
        _writer.Int32(microseconds);
        _writer.Int32(_count);
        _writer.Cut(length);
        return replies.TryWrite(_writer.Written) ? default : replies.WriteAsync(_writer.Written);
    }
}
