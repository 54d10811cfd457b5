using System.Globalization;

namespace CrossChannels.TestChild;

/// <summary>A worker between a queue of tasks and one of results; it ends when the tasks do.</summary>
internal static class ProcessTasksCommand
{
    public static async Task<int> RunAsync(string tasks, string results)
    {
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(tasks);
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync<string>(results);
        await foreach (int task in reader.ReadAllAsync())
            await writer.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"processed: {task}"));
        writer.Complete();
        return 0;
    }
}
