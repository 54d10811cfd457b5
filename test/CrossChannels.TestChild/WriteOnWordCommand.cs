using System.Threading.Channels;

namespace CrossChannels.TestChild;

/// <summary>Opens a writer of longs, and writes one each time the test says so.</summary>
internal static class WriteOnWordCommand
{
    public static async Task<int> RunAsync(string address)
    {
        CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(address);
        await TestChildProgram.SayAsync("open");
        for (long number = 0; await Console.In.ReadLineAsync() is not null; number++)
        {
            try
            {
                await writer.WriteAsync(number);
                await writer.FlushAsync();
                await TestChildProgram.SayAsync("written");
            }
            catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
            {
                await TestChildProgram.SayAsync($"{writer.Ending?.Kind}");
            }
        }
        // What it did not complete, others may still: it leaves without a word.
        GC.KeepAlive(writer);
        return 0;
    }
}
