using System.Diagnostics;
using System.Threading.Channels;
using CrossChannels.Workers.Messages;
using CrossChannels.Workers.Reports;
using CrossChannels.Workers.Running;

namespace CrossChannels.Workers.Pool;

/// <summary>Runs chunks in a worker, one task after the other, and reports as it goes.</summary>
/// <param name="replies">Where results go.</param>
/// <param name="queue">Where chunks come from.</param>
/// <param name="reportsEach">True to report before each task, so that the pool knows when it began.</param>
internal sealed class TaskLoop(CrossChannelWriter<ReadOnlyMemory<byte>> replies, WorkQueue queue, bool reportsEach)
{
    /// <summary>Results wait at most this long for others to be sent with, while tasks begin.</summary>
    private static readonly long s_reportTicks = Stopwatch.Frequency / 1000;

    /// <summary>Results of more bytes do not wait.</summary>
    private const int MaxWaitingBytes = 1 << 20;

    private readonly MessageWriter _writer = new();

    // Of the message that is being written: where its state, time and count stand, where its results begin, and where each of them ends.
    private readonly List<int> _ends = [];
    private int _head;
    private int _start;

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
#pragma warning disable CA1031 // A report that cannot be sent: the pool would wait for it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            replies.TryComplete(e);
        }
    }

    private async ValueTask RunAsync(WorkChunk chunk)
    {
        StopSignal.Enter(chunk.Cancellation);
        long started = Stopwatch.GetTimestamp();
        long reported = started;
        Begin(chunk);
        var state = ChunkState.Done;
        for (int i = 0; i < chunk.Count && state == ChunkState.Done; i++)
        {
            if (i > 0)
            {
                long now = Stopwatch.GetTimestamp();
                if (reportsEach || now - reported > s_reportTicks || _writer.Length > MaxWaitingBytes)
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
                {
                    state = ChunkState.Canceled;
                    continue;
                }
                await chunk.RunNextAsync(_writer).ConfigureAwait(false);
                _ends.Add(_writer.Length);
            }
#pragma warning disable CA1031 // It goes to the pool, whatever it is.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _writer.Cut(length);
                state = chunk.IsCanceled && e is OperationCanceledException ? ChunkState.Canceled : ChunkState.Failed;
                if (state == ChunkState.Failed)
                    FailureReport.Write(_writer, e);
            }
        }
        await chunk.CloseEndsAsync().ConfigureAwait(false);
        int microseconds = (int)Math.Min(int.MaxValue, Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        await SendAsync(chunk, state, microseconds).ConfigureAwait(false);
    }

    private void Begin(WorkChunk chunk)
    {
        _writer.Begin((byte)PoolMessage.Results);
        _writer.Int32(chunk.Id);
        _head = _writer.Length;
        _writer.Byte((byte)ChunkState.Done);
        _writer.Int32(0);
        _writer.Int32(0);
        _start = _writer.Length;
        _ends.Clear();
    }

    /// <summary>
    /// Sends what is written. False if a result is more than a message may be: then the chunk has failed instead, at that task.
    /// </summary>
    private async ValueTask<bool> SendAsync(WorkChunk chunk, ChunkState state, int microseconds)
    {
        try
        {
            await SealAndSendAsync(state, microseconds).ConfigureAwait(false);
            return true;
        }
        catch (ItemTooLargeException)
        {
            return await SendEachAsync(chunk, state, microseconds).ConfigureAwait(false);
        }
    }

    /// <summary>Sends each result in a message of its own, since all of them were too large for one.</summary>
    private async ValueTask<bool> SendEachAsync(WorkChunk chunk, ChunkState state, int microseconds)
    {
        byte[] written = _writer.Written.ToArray();
        int[] ends = [.. _ends];
        int at = _start;
        foreach (int end in ends)
        {
            Begin(chunk);
            _writer.Append(written.AsSpan(at, end - at));
            _ends.Add(_writer.Length);
            at = end;
            try
            {
                await SealAndSendAsync(ChunkState.Partial, 0).ConfigureAwait(false);
            }
            catch (ItemTooLargeException e)
            {
                Begin(chunk);
                FailureReport.Write(_writer, e);
                await SealAndSendAsync(ChunkState.Failed, microseconds).ConfigureAwait(false);
                return false;
            }
        }
        Begin(chunk);
        _writer.Append(written.AsSpan(at));
        await SealAndSendAsync(state, microseconds).ConfigureAwait(false);
        return true;
    }

    private ValueTask SealAndSendAsync(ChunkState state, int microseconds)
    {
        int length = _writer.Length;
        _writer.Cut(_head);
        _writer.Byte((byte)state);
        _writer.Int32(microseconds);
        _writer.Int32(_ends.Count);
        _writer.Cut(length);
        return replies.TryWrite(_writer.Written) ? default : replies.WriteAsync(_writer.Written);
    }
}
