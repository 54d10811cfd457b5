namespace CrossChannels.TestChild;

/// <summary>Cooks ten dishes, and closes its own writer when it is done.</summary>
internal static class CookCommand
{
    public static async Task<int> RunAsync(string address, string name)
    {
        await using CrossChannelWriter<string> dishes = await CrossChannel.OpenWriterAsync<string>(address);
        for (int i = 0; i < 10; i++)
            await dishes.WriteAsync($"{name} {i}");
        dishes.Complete();
        return 0;
    }
}
