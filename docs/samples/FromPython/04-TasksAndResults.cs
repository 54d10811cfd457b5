using System.Threading.Channels;
using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>A queue of tasks and one of results. The worker ends when there are no more tasks; nobody sends it a <c>None</c>.</summary>
internal static class TasksAndResults
{
    public static async Task RunAsync()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Unique("work"));
        SharedChannel<int> tasks = hub.CreateUnbounded<int>("tasks");
        SharedChannel<string> results = hub.CreateUnbounded<string>("results");
        await using WorkerProcess worker = await WorkerProcess.StartAsync(WorkAsync, tasks.Reader, results.Writer);

        for (int i = 0; i < 3; i++)
            await tasks.Writer.WriteAsync(i);
        tasks.Writer.Complete();
        await foreach (string result in results.Reader.ReadAllAsync())
            Console.WriteLine(result);
    }

    private static async Task WorkAsync(ChannelReader<int> tasks, ChannelWriter<string> results)
    {
        await foreach (int task in tasks.ReadAllAsync())
            await results.WriteAsync($"processed: {task}");
        results.Complete();
    }
}
