using Microsoft.Extensions.Logging;

namespace CrossChannels.Workers.Lifetime;

/// <summary>Takes what a worker writes, always, so that it never waits for a reader; a writer that throws gets no more.</summary>
internal static class OutputPump
{
    private const int BufferLength = 16 * 1024;

    public static async Task RunAsync(StreamReader from, TextWriter to, string worker, ILogger? logger)
    {
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
                await to.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
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
