namespace CrossChannels.Tests.Snippets;

/// <summary>The snippets of docs/reconnecting.md.</summary>
internal static class ReconnectingSnippets
{
    public static async Task OpenAsync(Func<Task> askForMissingAsync, Func<Job, Task> doAsync)
    {
        // snippet: opening
        var connection = new ConnectionOptions { Reconnect = new() { GiveUpAfter = TimeSpan.FromMinutes(5), ResendUnreceived = true } };
        await using CrossChannelWriter<Job> writer = await CrossChannel.OpenWriterAsync<Job>("build#parts", connection: connection);
        await using CrossChannelReader<Job> reader = await CrossChannel.OpenReaderAsync<Job>("build#parts", connection: connection);
        // end

        // snippet: gaps
        int gaps = 0;
        await foreach (Job job in reader.ReadAllAsync())
        {
            if (reader.GapCount != gaps)
            {
                gaps = reader.GapCount;
                await askForMissingAsync();      // what the last hub held is gone
            }
            await doAsync(job);
        }
        // end
    }

    public static async Task ListenAsync()
    {
        // snippet: listening
        var options = new HubOptions { Connection = new ConnectionOptions { ListenTimeout = TimeSpan.FromSeconds(30) } };
        await using ChannelHub hub = await ChannelHub.StartAsync("build", options);
        // end
    }
}
