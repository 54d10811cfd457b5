using CrossChannels.Links;

namespace CrossChannels.TestChild;

/// <summary>Owns a channel, returns from Main without disposing it, and writes to it while the process exits.</summary>
internal static class UseAtExitCommand
{
    public static async Task<int> RunAsync(string address, string how)
    {
        SharedChannel<int> channel = await CrossChannel.CreateBoundedAsync<int>(address, 10);
        LinkRegistry.Exiting += (_, _) =>
        {
            Console.WriteLine("first");
            if (!channel.Writer.TryWrite(7))
                Console.WriteLine("The channel is closed already.");
            if (how == "throw")
                throw new InvalidOperationException("the first handler's own");
        };
        LinkRegistry.Exiting += (_, _) => Console.WriteLine("second");
        await WaitForReaderAsync(channel);
        await TestChildProgram.SayAsync("returns");
        return 0;
    }

    private static async Task WaitForReaderAsync(SharedChannel<int> channel)
    {
        while ((await CrossChannel.GetChannelStatusAsync(channel.Address)).Readers.All(reader => reader.ProcessId == Environment.ProcessId))
            await Task.Delay(10);
    }
}
