namespace CrossChannels.TestChild;

/// <summary>Sends back what it gets, and completes when that is complete; over an address, or over standard input and output.</summary>
internal static class EchoItemsCommand
{
    public static async Task<int> RunAsync(string? address)
    {
        await using DuplexChannel<int, int> channel = address is null
            ? CrossChannel.Over<int, int>(Console.OpenStandardInput(), Console.OpenStandardOutput())
            : await CrossChannel.ConnectAsync<int, int>(address);
        await foreach (int item in channel.Reader.ReadAllAsync())
            await channel.Writer.WriteAsync(item);
        channel.Writer.Complete();
        await channel.Writer.JoinAsync();
        return 0;
    }
}
