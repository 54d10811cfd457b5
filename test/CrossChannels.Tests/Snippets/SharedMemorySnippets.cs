namespace CrossChannels.Tests.Snippets;

/// <summary>What docs/shared-memory.md shows.</summary>
internal static class SharedMemorySnippets
{
    public static async Task AddAsync()
    {
        // snippet: shared-memory
        await using DuplexChannelListener<Reply, Request> listener = await CrossChannel.ListenAsync<Reply, Request>("shm:calc");
        await using DuplexChannel<Request, Reply> calc = await CrossChannel.ConnectAsync<Request, Reply>("shm:calc");
        // end
        await calc.Writer.WriteAsync(new Request(2, 3));
    }
}
