namespace CrossChannels.Tests.Snippets;

/// <summary>What docs/ends.md shows.</summary>
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
}
