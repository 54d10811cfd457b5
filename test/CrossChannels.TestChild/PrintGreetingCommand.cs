namespace CrossChannels.TestChild;

/// <summary>Prints what another process put, whichever of the two starts first.</summary>
internal static class PrintGreetingCommand
{
    public static async Task<int> RunAsync(string address)
    {
        await using CrossChannelReader<string[]> reader = await CrossChannel.OpenReaderAsync<string[]>(address);
        await foreach (string[] greeting in reader.ReadAllAsync())
            await TestChildProgram.SayAsync($"['{string.Join("', '", greeting)}']");
        return 0;
    }
}
