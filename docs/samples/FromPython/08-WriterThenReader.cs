using System.Threading.Channels;
using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>A child writes and is gone before another child comes to read.</summary>
internal static class WriterThenReader
{
    public static async Task RunAsync()
    {
        await using SharedChannel<char> queue = await CrossChannel.CreateUnboundedAsync<char>(ChannelAddress.Unique("letters"));
        WorkerProcess writer = await WorkerProcess.StartAsync(WriteAsync, queue.Writer);
        await writer.WaitForExitAsync();
        Console.WriteLine("the writer is gone");
        await using WorkerProcess reader = await WorkerProcess.StartAsync(ReadAsync, queue.Reader);
    }

    private static async Task WriteAsync(ChannelWriter<char> queue)
    {
        foreach (char letter in "abc")
            await queue.WriteAsync(letter);
        queue.Complete();
    }

    private static async Task ReadAsync(ChannelReader<char> queue)
    {
        await foreach (char letter in queue.ReadAllAsync())
            Console.WriteLine($"got {letter}");
        Console.WriteLine("that was all");
    }
}
