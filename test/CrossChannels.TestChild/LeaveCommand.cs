namespace CrossChannels.TestChild;

/// <summary>Writes some items and leaves without disposing anything.</summary>
internal static class LeaveCommand
{
    public static async Task<int> RunAsync(string how, string address, int count)
    {
        // A channel that is held by nobody would be closed when it is collected; that is another test.
        DuplexChannel<long, NoItem> channel = await CrossChannel.ConnectAsync<long, NoItem>(
            address, new() { Connection = new() { ExitTimeout = TimeSpan.FromSeconds(how == "return-unread" ? 1 : 20) } });
        for (long number = 0; number < count; number++)
        {
            await channel.Writer.WriteAsync(number);
        }

        if (how == "complete")
        {
            channel.Writer.Complete();
        }

        await TestChildProgram.SayAsync("written");
        if (how == "return-unread")
        {
            // The test stops reading its socket, then lets this process go.
            await TestChildProgram.WaitForTestAsync();
        }

        switch (how)
        {
            case "exit":
                Environment.Exit(7);
                break;
            case "throw":
                await channel.Writer.FlushAsync();
                await TestChildProgram.SayAsync("flushed");
                new Thread(static () => throw new InvalidOperationException("Nobody handles this.")).Start();
                await Task.Delay(Timeout.Infinite);
                break;
        }

        GC.KeepAlive(channel);
        return 0;
    }
}
