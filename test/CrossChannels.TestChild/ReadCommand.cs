using System.Globalization;
using System.Threading.Channels;

namespace CrossChannels.TestChild;

/// <summary>Reads so many numbered items, says so, and stays.</summary>
internal static class ReadCommand
{
    /// <summary>Takes one connection, and reads what comes until it ends.</summary>
    public static async Task<int> ListenAsync(string address)
    {
        await using DuplexChannelListener<NoItem, long> listener = await CrossChannel.ListenAsync<NoItem, long>(address);
        await TestChildProgram.SayAsync("listening");
        DuplexChannel<NoItem, long> channel = await listener.AcceptAsync();
        await foreach (long item in channel.Reader.ReadAllAsync())
        {
            GC.KeepAlive(item);
        }

        return 0;
    }

    public static async Task<int> RunAsync(string address, long count, int capacity)
    {
        await using DuplexChannel<NoItem, long> channel = await CrossChannel.ConnectAsync<NoItem, long>(
            address, new() { Reading = new BoundedChannelOptions(capacity) });
        for (long number = 0; number < count; number++)
        {
            long item = await channel.Reader.ReadAsync();
            if (item != number)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Item {item} came, and {number} is next."));
            }
        }

        await TestChildProgram.SayAsync("read");
        await TestChildProgram.WaitForTestAsync();
        return 0;
    }
}
