using System.Threading.Channels;
using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>A task that writes and a task that reads, in workers of one pool, talk over a queue of a hub.</summary>
internal static class PoolAndHub
{
    public static async Task RunAsync()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Unique("talk"));
        SharedChannel<string> queue = hub.CreateBounded<string>("words", 3);
        await using var pool = new WorkerPool(2);
        Task<int> reading = pool.RunAsync(ReadAsync, queue.Reader);
        await pool.RunAsync(WriteAsync, queue.Writer);
        Console.WriteLine($"{await reading} words");
    }

    private static async Task WriteAsync(ChannelWriter<string> queue)
    {
        foreach (string word in "the quick brown fox jumps".Split(' '))
            await queue.WriteAsync(word);
        queue.Complete();
    }

    private static async Task<int> ReadAsync(ChannelReader<string> queue)
    {
        int count = 0;
        await foreach (string word in queue.ReadAllAsync())
            Console.WriteLine($"{++count} {word}");
        return count;
    }
}
