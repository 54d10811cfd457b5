using System.Globalization;

namespace CrossChannels.TestChild;

/// <summary>Reads so many items, says their sum, and leaves as it is told.</summary>
internal static class ReadItemsCommand
{
    public static async Task<int> RunAsync(string address, string countText, string ending)
    {
        await using DuplexChannel<NoItem, int> channel = await CrossChannel.ConnectAsync<NoItem, int>(address);
        long sum = 0;
        for (int left = int.Parse(countText, CultureInfo.InvariantCulture); left > 0; left--)
            sum += await channel.Reader.ReadAsync();
        await TestChildProgram.SayAsync(sum.ToString(CultureInfo.InvariantCulture));
        if (string.Equals(ending, "close", StringComparison.Ordinal))
            await channel.Reader.CloseAsync("the child has enough");
        else
            await TestChildProgram.WaitForTestAsync();
        return 0;
    }
}
