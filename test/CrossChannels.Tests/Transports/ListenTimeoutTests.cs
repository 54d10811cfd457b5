using CrossChannels.Tests.Reconnecting;

namespace CrossChannels.Tests.Transports;

/// <summary>A listener that waits until its address is free.</summary>
[TestClass]
public sealed class ListenTimeoutTests
{
    [TestMethod]
    public async Task AddressIsInUse_TheNextProcessTakesItWhenTheLastIsKilled()
    {
        await using RestartedHub hub = await RestartedHub.StartAsync();
        await using ChildProcess next = hub.Begin(listenTimeout: 60_000);
        Task<string> owns = next.ReadLineAsync();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(hub.Of("longs")).Done();
        await writer.WriteAsync(1).Done();
        await writer.FlushAsync().Done();
        Assert.IsFalse(owns.IsCompleted);
        await hub.KillAsync();
        Assert.AreEqual("owns", await owns);
        Assert.AreEqual(0, (await CrossChannel.GetChannelStatusAsync(hub.Of("longs")).Done()).Depth);
    }

    [TestMethod]
    [DataRow("mem")]
    [DataRow("unix")]
    [DataRow("tcp")]
    public async Task AddressBecomesFree_ItIsTaken(string scheme)
    {
        using var directory = new TempDirectory();
        var address = ChannelAddress.Parse(scheme switch { "mem" => $"mem:{Guid.NewGuid():N}", "unix" => $"unix:{directory["hub"]}", _ => "tcp://127.0.0.1:0" });
        var connection = new ConnectionOptions { AllowPlainTcp = true };
        ChannelHub first = await ChannelHub.StartAsync(address, new HubOptions { Connection = connection }).Done();
        Task<ChannelHub> waiting = ChannelHub.StartAsync(first.Address, new HubOptions { Connection = connection with { ListenTimeout = Timeout.InfiniteTimeSpan } });
        await ChannelHub.StartAsync(first.Address, new HubOptions { Connection = connection }).Fails<EndpointException>();
        Assert.IsFalse(waiting.IsCompleted);
        await first.DisposeAsync().Done();
        await using ChannelHub second = await waiting.Done();
        Assert.AreEqual(first.Address, second.Address);
    }

    [TestMethod]
    public async Task AddressStaysInUse_ItIsRefusedWhenTheTimeIsUp_OrCanceled()
    {
        var clock = new ManualTimeProvider();
        ChannelAddress address = ChannelAddress.Memory($"{Guid.NewGuid():N}");
        await using ChannelHub first = await ChannelHub.StartAsync(address).Done();
        var options = new HubOptions { Connection = new ConnectionOptions { ListenTimeout = TimeSpan.FromSeconds(10), TimeProvider = clock } };
        using var source = new CancellationTokenSource();
        Task<ChannelHub> waiting = ChannelHub.StartAsync(address, options);
        Task<ChannelHub> canceled = ChannelHub.StartAsync(address, options, source.Token);
        await source.CancelAsync();
        await canceled.Fails<OperationCanceledException>();
        clock.Advance(TimeSpan.FromSeconds(9));
        await Wait.Until(() => clock.HasTimerWithin(TimeSpan.FromSeconds(1)));
        Assert.IsFalse(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await waiting.Fails<EndpointException>();
    }

    /// <summary>Waiting would not help.</summary>
    [TestMethod]
    public async Task DirectoryIsNotThere_IsSaidAtOnce() =>
        await ChannelHub.StartAsync("unix:/nowhere/at/all", new HubOptions { Connection = new ConnectionOptions { ListenTimeout = Timeout.InfiniteTimeSpan } }).Fails<EndpointException>();
}
