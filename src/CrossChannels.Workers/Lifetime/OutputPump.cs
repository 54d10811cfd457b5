using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Lifetime;

/// <summary>Takes what a worker writes, always, so that it never waits for a reader; a writer that throws gets no more.</summary>
/// <param name="from">What it writes to.</param>
/// <param name="exited">Done when it is gone. Programs that it left behind may hold its output open for ever, and write to it.</param>
internal sealed class OutputPump(StreamReader from, Task exited)
{
    private const int BufferLength = 16 * 1024;

    // What a pipe holds at most, and so what can be the worker's own when it is gone.
    private const int MaxLeft = 1024 * 1024;

    // Only for what comes; a writer may take as long as it likes for what is here.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    // One writer may be given to several workers, or for output and errors, and few writers can be used by two at a time.
    private static readonly ConditionalWeakTable<TextWriter, SemaphoreSlim> s_turns = [];

    private TimeSpan _waited;
    private int _left = MaxLeft;

    public async Task RunAsync(TextWriter to, string worker, ILogger? logger)
    {
        bool isTaken = true;
        char[] buffer = new char[BufferLength];
        while (true)
        {
            bool isLeft = exited.IsCompleted;
            int count = await ReadAsync(buffer).ConfigureAwait(false);
            if (count == 0)
                break;
            if (isTaken)
                isTaken = await TryWriteAsync(to, buffer.AsMemory(0, count), worker, logger).ConfigureAwait(false);
            if (isLeft && (_left -= count) <= 0)
                break;
        }
    }

    /// <summary>Waits for more; 0 at the end, and when nothing that is the worker's can come.</summary>
    private async Task<int> ReadAsync(char[] buffer)
    {
        Task<int> read = from.ReadAsync(buffer).AsTask();
        await Task.WhenAny(read, exited).ConfigureAwait(false);
        if (!read.IsCompleted)
        {
            long start = Stopwatch.GetTimestamp();
            if (_waited < s_patience)
                await Task.WhenAny(read, Task.Delay(s_patience - _waited)).ConfigureAwait(false);
            _waited += Stopwatch.GetElapsedTime(start);
        }
        if (!read.IsCompleted)
        {
            Forget(read);
            return 0;
        }
        try
        {
            return await read.ConfigureAwait(false);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static async Task<bool> TryWriteAsync(TextWriter to, ReadOnlyMemory<char> text, string worker, ILogger? logger)
    {
        SemaphoreSlim turn = s_turns.GetValue(to, static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await to.WriteAsync(text).ConfigureAwait(false);
            return true;
        }
#pragma warning disable CA1031 // A writer of the user's may throw anything; the worker must go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            WorkerLog.OutputNotTaken(logger, worker, e);
            return false;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>It fails when the pipe is closed under it, which is expected.</summary>
    private static void Forget(Task read) =>
        _ = read.ContinueWith(
            static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
