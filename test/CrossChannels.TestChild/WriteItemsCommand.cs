using System.Globalization;

namespace CrossChannels.TestChild;

/// <summary>Connects, writes 0, 1, 2 and so on, and ends as it is told.</summary>
internal static class WriteItemsCommand
{
    public static async Task<int> RunAsync(string address, string countText, string ending)
    {
        int count = int.Parse(countText, CultureInfo.InvariantCulture);
        DuplexChannel<int, NoItem> channel = await CrossChannel.ConnectAsync<int, NoItem>(address);
        for (int i = 0; i < count; i++)
            await channel.Writer.WriteAsync(i);
        switch (ending)
        {
            case "complete":
                channel.Writer.Complete();
                await channel.DisposeAsync();
                return 0;
            case "fail":
                channel.Writer.Complete(new FormatException("the child's own"));
                await channel.DisposeAsync();
                return 0;
            case "return":
                // Neither completed nor disposed: the runtime ends, and what was accepted is flushed on the way.
                return 0;
            case "complete-and-return":
                channel.Writer.Complete();
                return 0;
            case "hang":
                await channel.Writer.FlushAsync();
                await TestChildProgram.SayAsync("flushed");
                await TestChildProgram.WaitForTestAsync();
                GC.KeepAlive(channel);
                return 0;
            default:
                throw new ArgumentException($"'{ending}' is no ending.", nameof(ending));
        }
    }
}
