using System.Runtime.InteropServices;
using System.Threading.Channels;
using CrossChannels;

namespace ParallelGzip;

/// <summary>The program of a worker process.</summary>
internal static class WorkerProgram
{
    /// <summary>What makes this executable a worker.</summary>
    public const string Argument = "--worker";

    public static async Task<int> RunAsync(string hub, string level)
    {
        // Ctrl+C reaches every process at the terminal. The parent decides what it means; a worker ends when its channel does.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);
        using var compressor = new BlockCompressor(CommandLine.ParseLevel(level));
        try
        {
            ChannelAddress address = ChannelAddress.Parse(hub, null);
            await using LeasedReader<NumberedBytes> blocks = await CrossChannel.OpenLeasedReaderAsync(address.WithChannel(BlockChannel.Blocks), BlockChannel.Settings);
            await using CrossChannelWriter<NumberedBytes> members = await CrossChannel.OpenWriterAsync(address.WithChannel(BlockChannel.Members), BlockChannel.Settings);
            await foreach (Lease<NumberedBytes> block in blocks.ReadAllAsync())
            {
                await members.WriteAsync(compressor.Compress(block.Item));
                // The hub has the member before it is told that the block is done: whenever this process dies, one of the two is there.
                await members.FlushAsync();
#pragma warning disable VSTHRD103 // It is queued, and nobody needs to wait for the hub's word.
                block.Complete();
#pragma warning restore VSTHRD103
            }
            return 0;
        }
        catch (Exception e) when (e is CrossChannelException or ChannelClosedException)
        {
            // The parent is gone, or wants no more; anything else it cannot know.
            if ((e as CrossChannelException ?? e.InnerException as CrossChannelException)?.Kind is not (EndingKind.ConnectionLost or EndingKind.Aborted or EndingKind.ReaderClosed))
                await Console.Error.WriteLineAsync($"worker process {Environment.ProcessId}: {e}");
            return 1;
        }
    }
}
