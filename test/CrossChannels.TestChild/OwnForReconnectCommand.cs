namespace CrossChannels.TestChild;

/// <summary>A hub that may be killed and started again, with a channel of each kind and a lock.</summary>
internal static class OwnForReconnectCommand
{
    /// <param name="address">Where.</param>
    /// <param name="listenTimeout">How many milliseconds to wait until the address is free.</param>
    public static async Task<int> RunAsync(string address, int listenTimeout)
    {
        var options = new HubOptions { Connection = new ConnectionOptions { ListenTimeout = TimeSpan.FromMilliseconds(listenTimeout) } };
        await using ChannelHub hub = await ChannelHub.StartAsync(address, options);
        hub.CreateUnbounded<long>("longs");
        hub.CreateUnbounded<string>("texts");
        hub.CreateBounded<long>("narrow", 1);
        hub.CreateLeased<long>("work", 100);
        hub.CreateLock("lock");
        await TestChildProgram.SayAsync("owns");
        await TestChildProgram.WaitForTestAsync();
        return 0;
    }
}
