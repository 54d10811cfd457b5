using CrossChannels;

namespace Hub;

/// <summary>A hub in a process of its own.</summary>
internal static class Program
{
    private const int Failure = 1;
    private const int BadUsage = 2;
    private const int ItemsLeft = 3;

    public static async Task<int> Main(string[] args)
    {
        try
        {
            if (CommandLine.Parse(args) is { } commandLine)
                return await (commandLine.Status ? StatusReport.WriteAsync(commandLine.Address) : RunAsync(commandLine));
            await Console.Out.WriteLineAsync(CommandLine.Help);
            return 0;
        }
        catch (Exception e) when (e is UsageException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"hub: {e.Message} See --help.");
            return BadUsage;
        }
        catch (CrossChannelException e)
        {
            await Console.Error.WriteLineAsync($"hub: {e.Message}");
            return Failure;
        }
    }

    private static async Task<int> RunAsync(CommandLine commandLine)
    {
        using var interruption = new Interruption();
        var settings = new HubOptions { Connection = new ConnectionOptions { Logger = new ErrorLog() } };
        await using ChannelHub hub = await ChannelHub.StartAsync(commandLine.Address, settings);
        foreach (ChannelSpec channel in commandLine.Channels)
            channel.Declare(hub);
        foreach (string name in commandLine.Locks)
            hub.CreateLock(name);
        await Console.Error.WriteLineAsync($"hub: listening at {hub.Address}");

        await interruption.Came;
        await Console.Error.WriteLineAsync($"hub: ending; readers have {commandLine.DrainTimeout.TotalSeconds:0.###} s");
        long left = await hub.ShutDownAsync(commandLine.DrainTimeout);
        await Console.Error.WriteLineAsync(left == 0 ? "hub: ended; everything was read" : $"hub: ended; {left:N0} items were left");
        return left == 0 ? 0 : ItemsLeft;
    }
}
