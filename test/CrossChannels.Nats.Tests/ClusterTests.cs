namespace CrossChannels.Nats.Tests;

/// <summary>A cluster of three, whose leader is killed or stands still. Takes minutes, and so runs with <c>CROSSCHANNELS_LONG=1</c> only.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ClusterTests
{
    private const int Total = 2_000;

    private static NatsOptions Options => new() { Replicas = 3, LeaseTimeout = TimeSpan.FromSeconds(2), PresenceTimeout = TimeSpan.FromSeconds(4) };

    [TestMethod]
    [DataRow(false, DisplayName = "killed")]
    [DataRow(true, DisplayName = "stands still")]
    public async Task LeaderFails_NoLeaseIsLost_AndDoublesAreMarked(bool standsStill)
    {
        RequireLong();
        await using NatsCluster cluster = await NatsCluster.StartAsync();
        await using NatsChannels nats = await NatsChannels.ConnectAsync(cluster.Url, Options).Done();
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("jobs", 100, new LeaseOptions { CapacityRelease = CapacityRelease.Settled }).Done();
        Task writing = WriteAsync(owner.Writer);
        HashSet<int> seen = [];
        NatsServer? failed = null;
        while (await owner.Reader.WaitToReadAsync().Done($"more than {seen.Count} items"))
        {
            while (owner.Reader.TryRead(out Lease<int>? lease))
            {
                if (!seen.Add(lease.Item))
                    Assert.IsGreaterThan(1, lease.DeliveryCount, $"Item {lease.Item} came again, and does not say so.");
                lease.Complete();
                if (seen.Count > Total / 4)
                    failed ??= await FailAsync(cluster, standsStill);
            }
        }
        await writing.Done();
        Assert.HasCount(Total, seen);
    }

    [TestMethod]
    [DataRow(false, DisplayName = "killed")]
    [DataRow(true, DisplayName = "stands still")]
    public async Task LeaderFails_NothingIsLost_AndTheOrderHolds(bool standsStill)
    {
        RequireLong();
        await using NatsCluster cluster = await NatsCluster.StartAsync();
        await using NatsChannels nats = await NatsChannels.ConnectAsync(cluster.Url, Options).Done();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("jobs", 100).Done();
        Task writing = WriteAsync(owner.Writer);
        List<int> read = [];
        NatsServer? failed = null;
        while (await owner.Reader.WaitToReadAsync().Done($"more than {read.Count} items"))
        {
            while (owner.Reader.TryRead(out int item))
            {
                read.Add(item);
                if (read.Count > Total / 4)
                    failed ??= await FailAsync(cluster, standsStill);
            }
        }
        await writing.Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, Total).ToList(), read);
    }

    [TestMethod]
    public async Task LeaderIsKilled_TheLockIsStillHeld_AndItsTokenRises()
    {
        RequireLong();
        await using NatsCluster cluster = await NatsCluster.StartAsync();
        // A new leader is there after some seconds, for which a hold must last.
        NatsOptions options = Options with { PresenceTimeout = TimeSpan.FromSeconds(60) };
        await using NatsChannels nats = await NatsChannels.ConnectAsync(cluster.Url, options).Done();
        await using NatsChannels other = await NatsChannels.ConnectAsync(cluster.Url, options).Done();
        await using SharedChannel<int> owner = await nats.CreateBoundedAsync<int>("jobs", 10).Done();
        await using CrossLock gate = await nats.OpenLockAsync("gate").Done();
        await using CrossLock waiting = await other.OpenLockAsync("gate").Done();
        LockHold hold = await gate.AcquireAsync().Done();
        Task<LockHold> next = waiting.AcquireAsync().AsTask();
        await FailAsync(cluster, standsStill: false);
        await owner.Writer.WriteAsync(1).Done();
        await owner.Writer.FlushAsync().Done();
        Assert.IsFalse(next.IsCompleted);
        Assert.IsFalse(hold.Lost.IsCancellationRequested);
        await hold.ReleaseAsync().Done();
        await using LockHold second = await next.Done();
        Assert.IsGreaterThan(hold.FencingToken, second.FencingToken);
        Assert.IsFalse(second.WasAbandoned);
    }

    private static async Task<NatsServer> FailAsync(NatsCluster cluster, bool standsStill)
    {
        NatsServer leader = await cluster.LeaderAsync("jobs");
        await (standsStill ? leader.StopAsync() : leader.KillAsync());
        return leader;
    }

    private static Task WriteAsync(CrossChannelWriter<int> writer) => Task.Run(async () =>
    {
        for (int i = 0; i < Total; i++)
            await writer.WriteAsync(i).Done($"item {i}");
        writer.Complete();
    });

    private static void RequireLong()
    {
        if (Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") != "1")
            Assert.Inconclusive("It takes minutes: CROSSCHANNELS_LONG=1 runs it.");
    }
}
