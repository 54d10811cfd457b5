using CrossChannels.Nats.Server;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace CrossChannels.Nats.Tests;

/// <summary>How long a channel stays on the server.</summary>
[TestClass]
public sealed class LifetimeTests
{
    private static readonly LeaseOptions s_settled = new() { CapacityRelease = CapacityRelease.Settled };

    private static NatsOptions OfCreator(string space) => new() { Space = space, Lifetime = NatsLifetime.Creator, DrainTimeout = Wait.Deadline };

    [TestMethod]
    public async Task OfItsCreator_Disposed_IsDrainedAndGone()
    {
        string space = SharedServer.NewSpace();
        await using NatsChannels near = await SharedServer.ConnectAsync(OfCreator(space));
        await using NatsChannels far = await SharedServer.ConnectAsync(new NatsOptions { Space = space });
        SharedChannel<int> channel = await near.CreateBoundedAsync<int>("short", 10).Done();
        await using CrossChannelReader<int> reader = await far.OpenReaderAsync<int>("short").Done();
        for (int i = 0; i < 3; i++)
            await channel.Writer.WriteAsync(i).Done();
        Task disposing = channel.DisposeAsync().AsTask();
        for (int i = 0; i < 3; i++)
        {
            Assert.IsFalse(disposing.IsCompleted);
            Assert.AreEqual(i, await reader.ReadAsync().Done());
        }
        await disposing.Done();
        await reader.Completion.Done();
        await far.GetChannelStatusAsync("short").Fails<LinkRefusedException>();
        Assert.AreEqual(0, await CountStreamsAsync(space));
        // The next of its name is another one.
        await using SharedChannel<string> next = await far.CreateBoundedAsync<string>("short", 5).Done();
    }

    [TestMethod]
    public async Task OfItsCreator_WithLeases_WaitsUntilTheyAreSettled_AndGoesWithItsDeadLetters()
    {
        string space = SharedServer.NewSpace();
        await using NatsChannels near = await SharedServer.ConnectAsync(OfCreator(space));
        await using NatsChannels far = await SharedServer.ConnectAsync(new NatsOptions { Space = space });
        LeasedChannel<int> channel = await near.CreateLeasedAsync<int>("work", 10, s_settled with { MaxDeliveries = 3 }).Done();
        Assert.AreEqual(2, await CountStreamsAsync(space));
        await using LeasedReader<int> reader = await far.OpenLeasedReaderAsync<int>("work").Done();
        await channel.Writer.WriteAsync(1).Done();
        Lease<int> lease = await reader.ReadAsync().Done();
        Task disposing = channel.DisposeAsync().AsTask();
        await Wait.Until(async () => (await far.GetChannelStatusAsync("work")).IsCompleted, "the fence");
        Assert.IsFalse(disposing.IsCompleted);
        lease.Complete();
        await disposing.Done();
        await reader.Completion.Done();
        Assert.AreEqual(0, await CountStreamsAsync(space));
    }

    [TestMethod]
    public async Task OfItsCreator_NobodyDrains_IsDeletedAndSaysSo()
    {
        string space = SharedServer.NewSpace();
        LogList log = new();
        await using NatsChannels near = await SharedServer.ConnectAsync(OfCreator(space) with { DrainTimeout = TimeSpan.FromMilliseconds(100), Logger = log });
        await using NatsChannels far = await SharedServer.ConnectAsync(new NatsOptions { Space = space });
        SharedChannel<int> channel = await near.CreateBoundedAsync<int>("left", 10).Done();
        await using CrossChannelReader<int> reader = await far.OpenReaderAsync<int>("left").Done();
        await channel.Writer.WriteAsync(1).Done();
        await channel.Writer.WriteAsync(2).Done();
        await channel.DisposeAsync().Done();
        await reader.Completion.Fails<LinkAbortedException>();
        Assert.AreEqual(1, log.Count("NotDrainedCore"));
        Assert.AreEqual(0, await CountStreamsAsync(space));
    }

    [TestMethod]
    public async Task OfItsCreator_FoundByAnother_StaysWhenThatOneLeaves()
    {
        string space = SharedServer.NewSpace();
        await using NatsChannels one = await SharedServer.ConnectAsync(OfCreator(space));
        await using NatsChannels two = await SharedServer.ConnectAsync(OfCreator(space));
        await using NatsChannels durable = await SharedServer.ConnectAsync(new NatsOptions { Space = space });
        await using SharedChannel<int> made = await one.CreateBoundedAsync<int>("found", 10).Done();
        await using (await two.CreateBoundedAsync<int>("found", 10).Done())
        {
        }
        await made.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await made.Reader.ReadAsync().Done());
        LinkRefusedException differs = await durable.CreateBoundedAsync<int>("found", 10).Fails<LinkRefusedException>();
        StringAssert.Contains(differs.Message, "goes with the process that made it");
    }

    [TestMethod]
    public async Task OfItsCreator_WhichIsGone_TheNextTakesItsPlace()
    {
        string space = SharedServer.NewSpace();
        NatsChannels killed = await SharedServer.ConnectAsync(OfCreator(space));
        SharedChannel<int> orphan = await killed.CreateBoundedAsync<int>("orphan", 10).Done();
        await orphan.Writer.WriteAsync(7).Done();
        await orphan.Writer.FlushAsync().Done();
        // As a process that is killed: nothing is completed.
        await killed.DisposeAsync().Done();
        await using NatsChannels next = await SharedServer.ConnectAsync(OfCreator(space));
        SharedChannel<int> taken = await next.CreateBoundedAsync<int>("orphan", 10).Done();
        Assert.AreEqual(7, await taken.Reader.ReadAsync().Done());
        await taken.DisposeAsync().Done();
        Assert.AreEqual(0, await CountStreamsAsync(space));
    }

    [TestMethod]
    public async Task Durable_StaysWhenItIsDisposed()
    {
        string space = SharedServer.NewSpace();
        await using NatsChannels nats = await SharedServer.ConnectAsync(new NatsOptions { Space = space });
        SharedChannel<int> channel = await nats.CreateBoundedAsync<int>("stays", 10).Done();
        await channel.Writer.WriteAsync(1).Done();
        await channel.DisposeAsync().Done();
        await using CrossChannelReader<int> reader = await nats.OpenReaderAsync<int>("stays").Done();
        Assert.AreEqual(1, await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Over_ForADay_IsDeletedByWhoConnectsNext()
    {
        string space = SharedServer.NewSpace();
        NatsOptions options = new() { Space = space, Storage = NatsStorage.Memory };
        await using NatsChannels nats = await SharedServer.ConnectAsync(options);
        await using SharedChannel<int> open = await nats.CreateBoundedAsync<int>("open", 10).Done();
        await using (SharedChannel<int> over = await nats.CreateBoundedAsync<int>("over", 10).Done())
        {
            over.Writer.Complete();
            await over.Reader.Completion.Done();
        }
        string url = (await SharedServer.GetAsync().Done()).Url;
        await using (ServerClient today = await ServerClient.ConnectAsync(url, options, default).Done())
            await new ChannelDirectory(today).SweepAsync(default).Done();
        Assert.AreEqual(2, await CountStreamsAsync(space));
        await using NatsChannels tomorrow = await NatsChannels.ConnectAsync(url, options with { TimeProvider = new Tomorrow() }).Done();
        await Wait.Until(async () => await CountStreamsAsync(space) == 1, "the channel that is over to be deleted");
        await open.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await open.Reader.ReadAsync().Done());
    }

    /// <summary>Who looks now and then does not know what was between.</summary>
    [TestMethod]
    public async Task ClientThatWasMissedOnceLongAgo_IsNotGone()
    {
        var clock = new SkippingClock();
        await using ServerClient server = await ServerClient.ConnectAsync(
            (await SharedServer.GetAsync().Done()).Url, new NatsOptions { Space = SharedServer.NewSpace(), Storage = NatsStorage.Memory, TimeProvider = clock }, default).Done();
        Assert.IsFalse(await server.Clients.IsGoneAsync("nobody", default).Done());
        clock.Skip(TimeSpan.FromSeconds(20));
        Assert.IsFalse(await server.Clients.IsGoneAsync("nobody", default).Done());
        clock.Skip(TimeSpan.FromSeconds(5));
        Assert.IsTrue(await server.Clients.IsGoneAsync("nobody", default).Done());
    }

    /// <summary>Streams of channels, without those of the space.</summary>
    private static async Task<int> CountStreamsAsync(string space)
    {
        await using var connection = new NatsConnection(NatsOpts.Default with { Url = (await SharedServer.GetAsync()).Url });
        int count = 0;
        await foreach (string name in new NatsJSContext(connection).ListStreamNamesAsync())
            count += name.StartsWith($"CC-{space}-i-", StringComparison.Ordinal) ? 1 : 0;
        return count;
    }

    private sealed class Tomorrow : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromHours(25);
    }

    private sealed class SkippingClock : TimeProvider
    {
        private long _skipped;

        public void Skip(TimeSpan time) => Interlocked.Add(ref _skipped, (long)(time.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _skipped);
    }
}
