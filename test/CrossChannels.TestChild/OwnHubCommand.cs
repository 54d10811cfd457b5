using System.Globalization;

namespace CrossChannels.TestChild;

/// <summary>A hub in a process of its own, with a channel of a few longs in it that it may fill itself.</summary>
internal static class OwnHubCommand
{
    /// <param name="address">Where.</param>
    /// <param name="capacity">Of the channel <c>longs</c>.</param>
    /// <param name="count">How many it writes itself, 0, 1, 2 and so on.</param>
    /// <param name="how"><c>wait</c> stays until the test lets it go, <c>return</c> then returns without disposing, <c>dispose</c> disposes before.</param>
    public static async Task<int> RunAsync(string address, int capacity, int count, string how)
    {
        SharedChannel<long> channel = await CrossChannel.CreateBoundedAsync<long>($"{address}#longs", capacity);
        for (long number = 0; number < count; number++)
            await channel.Writer.WriteAsync(number);
        await TestChildProgram.SayAsync(string.Create(CultureInfo.InvariantCulture, $"owns {count}"));
        await Console.In.ReadLineAsync();
        if (how == "dispose")
            await channel.DisposeAsync();
        // Held to the end: that nobody uses it is no reason to go.
        GC.KeepAlive(channel);
        return 0;
    }
}
