namespace CrossChannels.TestChild;

/// <summary>Puts three items into a queue of three, finds it full, and waits with a fourth.</summary>
internal static class FillQueueCommand
{
    public static async Task<int> RunAsync(string address)
    {
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(address);
        await writer.WriteAsync(1);
        await writer.WriteAsync(2);
        await writer.FlushAsync();
        await TestChildProgram.SayAsync("two");
        await Console.In.ReadLineAsync();
        await writer.WriteAsync(3);
        await writer.FlushAsync();
        await TestChildProgram.SayAsync($"three, room for more: {writer.TryWrite(4)}");
        await writer.WriteAsync(4);
        await TestChildProgram.SayAsync("four");
        writer.Complete();
        return 0;
    }
}
