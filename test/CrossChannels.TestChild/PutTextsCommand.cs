namespace CrossChannels.TestChild;

/// <summary>Puts some texts, and ends.</summary>
internal static class PutTextsCommand
{
    public static async Task<int> RunAsync(string address, string[] texts)
    {
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync<string>(address);
        foreach (string text in texts)
            await writer.WriteAsync(text);
        writer.Complete();
        return 0;
    }
}
