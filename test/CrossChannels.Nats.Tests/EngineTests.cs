namespace CrossChannels.Nats.Tests;

/// <summary>Ends that are made from strings: what was an address of a hub yesterday is one of a server today.</summary>
[TestClass]
[DoNotParallelize]
public sealed class EngineTests
{
    [TestMethod]
    public async Task Addresses_OfTheServer_AreOpenedByTheCore()
    {
        NatsServer server = await SharedServer.GetAsync().Done();
        string space = SharedServer.NewSpace();
        NatsEngine.Use(new NatsOptions { Space = space, Storage = NatsStorage.Memory }, server.Url);
        await using SharedChannel<string> owner = await CrossChannel.CreateBoundedAsync<string>("nats:jobs", 10).Done();
        Assert.AreEqual($"nats://127.0.0.1:{server.Port}/{space}#jobs", owner.Address.ToString());
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync<string>(owner.Address).Done();
        await using CrossChannelReader<string> reader = await CrossChannel.OpenReaderAsync<string>("nats:jobs").Done();
        await writer.WriteAsync("by address").Done();
        Assert.AreEqual("by address", await reader.ReadAsync().Done());
        await using LeasedChannel<int> work = await CrossChannel.CreateLeasedAsync<int>("nats:work", 10, new LeaseOptions { CapacityRelease = CapacityRelease.Settled }).Done();
        await using LeasedReader<int> worker = await CrossChannel.OpenLeasedReaderAsync<int>("nats:work").Done();
        await using CrossLock gate = await CrossChannel.OpenLockAsync("nats:gate").Done();
        await using LockHold hold = await gate.AcquireAsync().Done();
        Assert.IsGreaterThan(0, hold.FencingToken);
        Assert.AreEqual(10, (await CrossChannel.GetChannelStatusAsync("nats:work").Done()).Capacity);
        Assert.AreEqual(hold.FencingToken, (await CrossChannel.GetLockStatusAsync("nats:gate").Done()).FencingToken);
    }

    [TestMethod]
    public async Task Addresses_ThatAServerCannotServe_SayWhy()
    {
        NatsServer server = await SharedServer.GetAsync().Done();
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        NatsEngine.Use(nats);
        EndpointException other = await CrossChannel.OpenWriterAsync<int>("nats://127.0.0.1:1/else#jobs").Fails<EndpointException>();
        StringAssert.Contains(other.Message, $"nats://127.0.0.1:{server.Port}/{nats.Options.Space}");
        EndpointException link = await CrossChannel.ConnectAsync<int, int>("nats:jobs").Fails<EndpointException>();
        StringAssert.Contains(link.Message, "nobody listens");
        ArgumentException space = await CrossChannel.OpenWriterAsync<int>(nats.Address).Fails<ArgumentException>();
        StringAssert.Contains(space.Message, "add '#'");
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("jobs", 1).Done();
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>("nats:jobs").Done();
        Assert.AreEqual(owner.Address, writer.Address);
    }
}
