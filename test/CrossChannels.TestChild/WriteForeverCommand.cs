namespace CrossChannels.TestChild;

/// <summary>Writes numbered items of three types to three listeners until it is killed.</summary>
internal static class WriteForeverCommand
{
    public static async Task<int> RunAsync(string longs, string bytes, string jobs)
    {
        DuplexChannel<long, NoItem> first = await CrossChannel.ConnectAsync<long, NoItem>(longs);
        DuplexChannel<byte[], NoItem> second = await CrossChannel.ConnectAsync<byte[], NoItem>(bytes);
        DuplexChannel<Job, NoItem> third = await CrossChannel.ConnectAsync<Job, NoItem>(jobs);
        await Console.In.ReadLineAsync();
        await Task.WhenAll(
            Task.Run(() => WriteAsync(first, static number => number)),
            Task.Run(() => WriteAsync(second, Job.MakeBytes)),
            Task.Run(() => WriteAsync(third, Job.Make)));
        return 0;
    }

    private static async Task WriteAsync<T>(DuplexChannel<T, NoItem> channel, Func<long, T> make)
    {
        for (long number = 0; ; number++)
        {
            await channel.Writer.WriteAsync(make(number));
        }
    }
}
