using Microsoft.Extensions.DependencyInjection;

namespace CrossChannels.Hosting.Tests;

/// <summary>A hub that lives as long as its host.</summary>
[TestClass]
public sealed class HubTests
{
    private readonly string _address = TestHost.NewAddress();

    [TestMethod]
    public async Task OwnersEnds_AreKeyedServices_OfTheRunningHost()
    {
        TestHost host = TestHost.Build(builder => builder.Services.AddCrossChannelHub("build", hub => hub.Address = _address)
            .AddBounded<int>("parts", 10).AddLeased<string>("work", 10).AddUnbounded<int>("all").AddLock("gate"));
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => host.Get<SharedChannel<int>>("build#parts")).Message, "once the host has started");
        await host.StartAsync().Done();
        Assert.AreEqual($"{_address}#parts", host.Get<SharedChannel<int>>("build#parts").Address.ToString());
        Assert.AreEqual($"{_address}#work", host.Get<LeasedChannel<string>>("build#work").Address.ToString());
        Assert.IsTrue(host.Get<SharedChannel<int>>("build#all").Writer.TryWrite(1));
        await using (LockHold hold = await host.Get<CrossLock>("build#gate").AcquireAsync().Done())
            Assert.AreEqual(1, hold.FencingToken);
        await host.DisposeAsync();
    }

    [TestMethod]
    public async Task Stop_ReadersDrainIt()
    {
        TestHost host = await TestHost.StartAsync(builder => builder.Services.AddCrossChannelHub("build", hub => hub.Address = _address).AddBounded<int>("parts", 10));
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>($"{_address}#parts").Done();
        for (int i = 0; i < 10; i++)
            await host.Get<SharedChannel<int>>("build#parts").Writer.WriteAsync(i).Done();
        Task stopping = host.StopAsync();
        for (int i = 0; i < 10; i++)
            Assert.AreEqual(i, await reader.ReadAsync().Done());
        await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.Completion.Done());
        await stopping.Done();
        Assert.AreEqual(1, host.Log.Count("HubDrained"));
        await host.DisposeAsync();
    }

    [TestMethod]
    public async Task Stop_NobodyDrainsIt_SaysHowMuchIsLeft()
    {
        TestHost host = await TestHost.StartAsync(builder => builder.Services.AddCrossChannelHub("build", hub =>
        {
            hub.Address = _address;
            hub.Hub = hub.Hub with { DrainTimeout = TimeSpan.Zero };
        }).AddBounded<int>("parts", 10));
        await host.Get<SharedChannel<int>>("build#parts").Writer.WriteAsync(1).Done();
        await host.StopAsync();
        Assert.AreEqual(1, host.Log.Count("HubLeftItems"));
        await host.DisposeAsync();
    }

    [TestMethod]
    public async Task Start_AddressIsTaken_TheHostDoesNotStart()
    {
        await using ChannelHub other = await ChannelHub.StartAsync(_address).Done();
        TestHost host = TestHost.Build(builder => builder.Services.AddCrossChannelHub("build", hub => hub.Address = _address));
        await Assert.ThrowsExactlyAsync<EndpointException>(() => host.StartAsync().Done());
    }

    [TestMethod]
    public async Task Added_Twice_IsOneHub()
    {
        await using TestHost host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddCrossChannelHub("build", hub => hub.Address = _address).AddBounded<int>("a", 1);
            builder.Services.AddCrossChannelHub("build").AddBounded<int>("b", 1);
        });
        HubStatus status = await CrossChannel.GetHubStatusAsync(_address).Done();
        CollectionAssert.AreEqual(new[] { "a", "b" }, status.Channels.Select(channel => channel.Name).ToArray());
    }

    [TestMethod]
    public async Task Links_WithoutALoggerOfTheirOwn_LogToTheHost()
    {
        await using TestHost host = await TestHost.StartAsync(builder => builder.Services.AddCrossChannelHub("build", hub => hub.Address = _address).AddBounded<int>("parts", 1));
        await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => CrossChannel.OpenReaderAsync<string>($"{_address}#parts").Done());
        await Wait.Until(() => host.Log.Count("GreetingFailed") == 1);
    }
}
