using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>A pipe from one child to another. The parent has neither end left.</summary>
internal static class ChildToChild
{
    public static async Task RunAsync()
    {
        (CrossChannel<int[], NoItem> sending, CrossChannel<NoItem, int[]> receiving) = CrossChannel.CreatePair<int[], NoItem>();
        await using WorkerProcess sender = await WorkerProcess.StartAsync(SendAsync, sending);
        await using WorkerProcess receiver = await WorkerProcess.StartAsync(ReceiveAsync, receiving);
    }

    private static async Task SendAsync(CrossChannel<int[], NoItem> pipe) => await pipe.Writer.WriteAsync([1, 2, 3, 4]);

    private static async Task ReceiveAsync(CrossChannel<NoItem, int[]> pipe) =>
        Console.WriteLine($"[{string.Join(", ", await pipe.Reader.ReadAsync())}]");
}
