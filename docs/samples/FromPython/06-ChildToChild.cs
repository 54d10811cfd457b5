using CrossChannels;
using CrossChannels.Workers;

namespace FromPython;

/// <summary>A pipe from one child to another. The parent has neither end left.</summary>
internal static class ChildToChild
{
    public static async Task RunAsync()
    {
        (DuplexChannel<int[], NoItem> sending, DuplexChannel<NoItem, int[]> receiving) = CrossChannel.CreatePair<int[], NoItem>();
        await using WorkerProcess sender = await WorkerProcess.StartAsync(SendAsync, sending);
        await using WorkerProcess receiver = await WorkerProcess.StartAsync(ReceiveAsync, receiving);
    }

    private static async Task SendAsync(DuplexChannel<int[], NoItem> pipe) => await pipe.Writer.WriteAsync([1, 2, 3, 4]);

    private static async Task ReceiveAsync(DuplexChannel<NoItem, int[]> pipe) =>
        Console.WriteLine($"[{string.Join(", ", await pipe.Reader.ReadAsync())}]");
}
