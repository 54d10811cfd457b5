using System.Runtime.InteropServices;
using CrossChannels;

namespace ParallelGzip;

/// <summary>The program of a worker process.</summary>
internal static class WorkerProgram
{
    /// <summary>What makes this executable a worker.</summary>
    public const string Argument = "--worker";

    public static async Task<int> RunAsync(string address, string level)
    {
        // Ctrl+C reaches every process at the terminal. The parent decides what it means; a worker ends when its channel does.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
        try
        {
            await using CrossChannel<byte[], byte[]> link = await CrossChannel.ConnectAsync<byte[], byte[]>(address, BlockChannel.Options);
            await BlockCompressor.RunAsync(link.Reader, link.Writer, CommandLine.ParseLevel(level));
            return link.Reader.Ending is { Kind: EndingKind.Completed } ? 0 : 1;
        }
        catch (CrossChannelException)
        {
            // The parent is gone before this process was ready, and nobody is there to be told.
            return 1;
        }
    }
}
