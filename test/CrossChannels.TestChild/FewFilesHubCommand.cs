namespace CrossChannels.TestChild;

/// <summary>Owns a channel of longs; takes all file descriptors, and gives them back, when the test says so.</summary>
internal static class FewFilesHubCommand
{
    public static async Task<int> RunAsync(string address)
    {
        await using SharedChannel<long> channel = await CrossChannel.CreateBoundedAsync<long>($"{address}#longs", 8);
        await FileHoard.StartPoolThreadsAsync();
        await TestChildProgram.SayAsync("owns");
        FileHoard? hoard = null;
        while (await Console.In.ReadLineAsync() is { } word)
        {
            hoard?.Dispose();
            hoard = word == "hoard" ? FileHoard.TakeAll() : null;
            await TestChildProgram.SayAsync(word);
        }
        return 0;
    }
}
