using System.Threading.Channels;
using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>Three cooks, each of which completes its own writer; two daemons that eat. The program ends when everything is eaten.</summary>
internal static class Cooks
{
    public static async Task RunAsync()
    {
        var threeCooks = new SharedChannelOptions { Completion = CompletionPolicy.LastWriter(3) };
        await using LeasedChannel<string> dishes = await CrossChannel.CreateLeasedAsync<string>(ChannelAddress.Unique("dishes"), 5, sharing: threeCooks);
        for (int eater = 1; eater <= 2; eater++)
            await WorkerProcess.StartAsync(EatAsync, $"eater {eater}", dishes.Reader, new WorkerOptions { IsDaemon = true });
        var cooks = new List<WorkerProcess>();
        foreach (string name in (string[])["Anna", "Bo", "Cleo"])
            cooks.Add(await WorkerProcess.StartAsync(CookAsync, name, dishes.Writer));

        foreach (WorkerProcess cook in cooks)
            await cook.WaitForExitAsync();
        await dishes.Writer.JoinAsync();
        Console.WriteLine("everything is eaten");
    }

    private static async Task CookAsync(string name, ChannelWriter<string> dishes)
    {
        for (int i = 1; i <= 10; i++)
            await dishes.WriteAsync($"{name}'s dish {i}");
        dishes.Complete();
    }

    private static async Task EatAsync(string name, LeasedReader<string> dishes)
    {
        await foreach (Lease<string> dish in dishes.ReadAllAsync())
        {
            Console.WriteLine($"{name} eats {dish.Item}");
            dishes.TaskDone();
        }
    }
}
