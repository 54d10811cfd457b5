namespace CrossChannels.TestChild;

/// <summary>Owns a channel, puts a list with a greeting into it, and goes when it is taken.</summary>
internal static class PutGreetingCommand
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string address)
    {
        await using SharedChannel<string[]> channel = await CrossChannel.CreateUnboundedAsync<string[]>(address);
        await channel.Writer.WriteAsync(["helloworld"]);
        channel.Writer.Complete();
        using var deadline = new CancellationTokenSource(s_deadline);
        await channel.Writer.JoinAsync(deadline.Token);
        return 0;
    }
}
