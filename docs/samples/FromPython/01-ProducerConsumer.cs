using System.Threading.Channels;
using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>One puts ten random numbers, one takes them and stops when there will be no more, whatever the speeds.</summary>
internal static class ProducerConsumer
{
    public static async Task RunAsync()
    {
        await using SharedChannel<int> queue = await CrossChannel.CreateBoundedAsync<int>(ChannelAddress.Unique("numbers"), 10);
        await using WorkerProcess consumer = await WorkerProcess.StartAsync(ConsumeAsync, queue.Reader);
        await using WorkerProcess producer = await WorkerProcess.StartAsync(ProduceAsync, queue.Writer);
    }

    private static async Task ProduceAsync(ChannelWriter<int> queue)
    {
        for (int i = 0; i < 10; i++)
        {
            int number = Random.Shared.Next(256);
            Console.WriteLine($"put {number}");
            await queue.WriteAsync(number);
            await Task.Delay(Random.Shared.Next(20));
        }
        queue.Complete();
    }

    private static async Task ConsumeAsync(ChannelReader<int> queue)
    {
        await foreach (int number in queue.ReadAllAsync())
        {
            Console.WriteLine($"got {number}");
            await Task.Delay(Random.Shared.Next(20));
        }
    }
}
