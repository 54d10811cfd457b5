using System.Threading.Channels;

namespace CrossChannels.Tests.Snippets;

/// <summary>What docs/ends.md and docs/completion.md show of ends and endings.</summary>
internal static class EndSnippets
{
    public static async Task GiveAsync(SharedChannel<Job> jobs, Stream input)
    {
        // snippet: end-give
        // The process that has the end:
        TransferTicket ticket = await jobs.Reader.TransferAsync("worker 3");
        await input.WriteAsync(ticket.ToBytes());
        // end
    }

    public static async Task OpenAsync(byte[] bytes)
    {
        // snippet: end-open
        // The process that gets it:
        await using CrossChannelReader<Job> reader = await CrossChannelReader<Job>.OpenAsync(TransferTicket.FromBytes(bytes));
        // end
        await reader.Completion;
    }

    public static async Task FilterAsync(ChannelReader<Job> reader, ChannelWriter<Job> writer)
    {
        // snippet: ending-filter
        try
        {
            await foreach (Job job in reader.ReadAllAsync())
                await writer.WriteAsync(job);
        }
        catch (Exception e) when (Ending.FromException(e) is { } ending)
        {
            Console.WriteLine($"{ending.Kind}: {ending.Cause?.Message}");
        }
        // end
    }
}
