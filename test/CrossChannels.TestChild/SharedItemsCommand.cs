using System.Globalization;
using CrossChannels.Channels;
using CrossChannels.Links;

namespace CrossChannels.TestChild;

/// <summary>Opens an end of a hub's channel, and writes or reads so many items.</summary>
internal static class SharedItemsCommand
{
    /// <summary>Writes the count, the count less one, and so on to 1, and ends as it is told.</summary>
    public static async Task<int> WriteAsync(string address, string countText, string ending)
    {
        ChannelAddress place = address;
        await using DuplexChannel<int, NoItem> channel =
            await new LinkChannelFactory<int, NoItem>(null, place.Channel, LinkRole.Writer).ConnectAsync(place, CancellationToken.None);
        for (int i = int.Parse(countText, CultureInfo.InvariantCulture); i > 0; i--)
            await channel.Writer.WriteAsync(i);
        if (string.Equals(ending, "complete", StringComparison.Ordinal))
        {
            channel.Writer.Complete();
            return 0;
        }
        await channel.Writer.FlushAsync();
        await TestChildProgram.SayAsync("flushed");
        await TestChildProgram.WaitForTestAsync();
        return 0;
    }

    /// <summary>Reads one item, waits for another, and returns from Main without reading or closing anything.</summary>
    public static async Task<int> LeaveUnreadAsync(string address)
    {
        CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(address);
        await TestChildProgram.SayAsync("open");
        await TestChildProgram.SayAsync((await reader.ReadAsync()).ToString(CultureInfo.InvariantCulture));
        await TestChildProgram.SayAsync(await reader.WaitToReadAsync() ? "here" : "over");
        await TestChildProgram.WaitForTestAsync();
        GC.KeepAlive(reader);
        return 0;
    }

    /// <summary>Reads so many items, one for each line that the test says, and says each.</summary>
    public static async Task<int> ReadAsync(string address)
    {
        ChannelAddress place = address;
        await using DuplexChannel<NoItem, int> channel =
            await new LinkChannelFactory<NoItem, int>(null, place.Channel, LinkRole.Reader).ConnectAsync(place, CancellationToken.None);
        await TestChildProgram.SayAsync("open");
        while (await Console.In.ReadLineAsync() is not null)
        {
            bool isOpen = await channel.Reader.WaitToReadAsync();
            await TestChildProgram.SayAsync(isOpen && channel.Reader.TryRead(out int item) ? item.ToString(CultureInfo.InvariantCulture) : "over");
        }
        return 0;
    }
}
