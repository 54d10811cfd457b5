using System.Threading.Channels;
using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>A queue that is full at three. A child makes room, and another drains it.</summary>
internal static class QueueOfThree
{
    public static async Task RunAsync()
    {
        await using SharedChannel<string> queue = await CrossChannel.CreateBoundedAsync<string>(ChannelAddress.Unique("three"), 3);
        await queue.Writer.WriteAsync("one");
        await queue.Writer.WriteAsync("two");
        Console.WriteLine($"{queue.Reader.Count} of 3: full is {queue.Reader.Count == 3}");
        await queue.Writer.WriteAsync("three");
        Console.WriteLine($"{queue.Reader.Count} of 3: full is {queue.Reader.Count == 3}, room for a fourth is {queue.Writer.TryWrite("four")}");

        WorkerProcess taker = await WorkerProcess.StartAsync(TakeOneAsync, queue.Reader);
        await queue.Writer.WriteAsync("four");
        queue.Writer.Complete();
        await taker.WaitForExitAsync();
        await using WorkerProcess drainer = await WorkerProcess.StartAsync(DrainAsync, queue.Reader);
    }

    private static async Task TakeOneAsync(ChannelReader<string> queue) => Console.WriteLine($"got {await queue.ReadAsync()}");

    private static async Task DrainAsync(ChannelReader<string> queue)
    {
        await foreach (string item in queue.ReadAllAsync())
            Console.WriteLine($"drained {item}");
    }
}
