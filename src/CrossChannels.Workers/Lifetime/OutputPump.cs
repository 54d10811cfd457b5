using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Lifetime;

/// <summary>Takes what a worker writes, always, so that it never waits for a reader; a writer that throws gets no more.</summary>
internal static class OutputPump
{
    private const int BufferLength = 16 * 1024;

    // One writer may be given to several workers, or for output and errors, and few writers can be used by two at a time.
    private static readonly ConditionalWeakTable<TextWriter, SemaphoreSlim> s_turns = [];

    public static async Task RunAsync(StreamReader from, TextWriter to, string worker, ILogger? logger)
    {
        SemaphoreSlim turn = s_turns.GetValue(to, static _ => new SemaphoreSlim(1, 1));
        bool isTaken = true;
        char[] buffer = new char[BufferLength];
        while (true)
        {
            int count = await from.ReadAsync(buffer).ConfigureAwait(false);
            if (count == 0)
                break;
            if (!isTaken)
                continue;
            try
            {
                await turn.WaitAsync().ConfigureAwait(false);
                try
                {
                    await to.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                }
                finally
                {
                    turn.Release();
                }
            }
#pragma warning disable CA1031 // A writer of the user's may throw anything; the worker must go on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                isTaken = false;
                if (logger is not null)
                    Log.OutputNotTaken(logger, worker, e);
            }
        }
    }
}
