namespace CrossChannels.TestChild;

/// <summary>A hub with a lock, in a process of its own.</summary>
internal static class OwnLockHubCommand
{
    public static async Task<int> RunAsync(string address)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(address);
        hub.CreateLock("lock");
        await TestChildProgram.SayAsync("owns");
        await TestChildProgram.WaitForTestAsync();
        return 0;
    }
}
