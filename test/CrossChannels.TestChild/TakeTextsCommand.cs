namespace CrossChannels.TestChild;

/// <summary>Takes all texts, and says them.</summary>
internal static class TakeTextsCommand
{
    public static async Task<int> RunAsync(string address)
    {
        await using CrossChannelReader<string> reader = await CrossChannel.OpenReaderAsync<string>(address);
        await foreach (string text in reader.ReadAllAsync())
            await TestChildProgram.SayAsync(text);
        return 0;
    }
}
