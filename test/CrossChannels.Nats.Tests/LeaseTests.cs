using System.Threading.Channels;
using NATS.Client.Core;

namespace CrossChannels.Nats.Tests;

/// <summary>Leases on a server: settled, given back, renewed, counted, and put to the dead letters.</summary>
[TestClass]
public sealed class LeaseTests
{
    private static readonly LeaseOptions s_settled = new() { CapacityRelease = CapacityRelease.Settled };

    /// <summary>The shortest that the server is asked for.</summary>
    private static NatsOptions Short => new() { LeaseTimeout = TimeSpan.FromSeconds(1) };

    [TestMethod]
    public async Task Complete_SettlesAndMakesRoom()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync(new NatsOptions { MaxUnconfirmed = 1 });
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("work", 1, s_settled).Done();
        await owner.Writer.WriteAsync(0).Done();
        await owner.Writer.WriteAsync(1).Done();
        Lease<int> first = await owner.Reader.ReadAsync().Done();
        Assert.AreEqual(1, first.DeliveryCount);
        Task full = owner.Writer.WriteAsync(2).AsTask();
        Assert.AreEqual(1, (await nats.GetChannelStatusAsync("work").Done()).InFlight);
        Assert.IsFalse(full.IsCompleted);
        first.Complete();
        await full.Done();
        Assert.Throws<InvalidOperationException>(first.Complete);
        using Lease<int> second = await owner.Reader.ReadAsync().Done();
        Assert.AreEqual(1, second.Item);
        await second.CompleteAsync().Done();
        using Lease<int> third = await owner.Reader.ReadAsync().Done();
        third.Complete();
        await owner.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public async Task Abandon_ItComesNext_AndCounts()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using LeasedChannel<string> owner = await nats.CreateLeasedAsync<string>("back", 10, s_settled).Done();
        await owner.Writer.WriteAsync("a").Done();
        await owner.Writer.WriteAsync("b").Done();
        Lease<string> first = await owner.Reader.ReadAsync().Done();
        first.Abandon();
        Lease<string> again = await owner.Reader.ReadAsync().Done();
        Assert.AreEqual("a", again.Item);
        Assert.AreEqual(2, again.DeliveryCount);
        again.Complete();
        Lease<string> next = await owner.Reader.ReadAsync().Done();
        Assert.AreEqual("b", next.Item);
        Assert.AreEqual(1, next.DeliveryCount);
        next.Complete();
    }

    /// <summary>Whoever may publish on the server may publish anything.</summary>
    [TestMethod]
    [DataRow(0)]
    [DataRow(4)]
    [DataRow(9)]
    public async Task ItemOfAnotherSize_IsUnreadable_InEveryWayToRead(int bytes)
    {
        string space = SharedServer.NewSpace();
        await using NatsChannels nats = await SharedServer.ConnectAsync(new NatsOptions { Space = space });
        await using var stranger = new NatsConnection(NatsOpts.Default with { Url = (await SharedServer.GetAsync()).Url });
        async Task PublishAsync(string channel) => await stranger.PublishAsync($"cc.{space}.i.{channel}.stranger", new byte[bytes]);

        await using SharedChannel<long> plain = await nats.CreateBoundedAsync<long>("plain", 10).Done();
        Task<long> waiting = plain.Reader.ReadAsync().AsTask();
        await PublishAsync("plain");
        await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => waiting.Done());
        await PublishAsync("plain");
        Assert.IsTrue(await plain.Reader.WaitToReadAsync().Done());
        Assert.ThrowsExactly<ItemUnreadableException>(() => plain.Reader.TryRead(out _));
        await plain.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await plain.Reader.ReadAsync().Done());

        await using LeasedChannel<long> leased = await nats.CreateLeasedAsync<long>("leased", 10, s_settled with { MaxDeliveries = 2 }).Done();
        Task<Lease<long>> waitingForLease = leased.Reader.ReadAsync().AsTask();
        await PublishAsync("leased");
        await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => waitingForLease.Done());
        // It was given back, and this is the last time that it comes.
        Assert.IsTrue(await leased.Reader.WaitToReadAsync().Done());
        Assert.ThrowsExactly<ItemUnreadableException>(() => leased.Reader.TryRead(out _));
        await leased.Writer.WriteAsync(1).Done();
        using Lease<long> next = await leased.Reader.ReadAsync().Done();
        Assert.AreEqual(1, next.Item);
        next.Complete();
    }

    [TestMethod]
    public async Task Lease_LongerThanItsTimeout_IsRenewed()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync(Short);
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("long", 10, s_settled).Done();
        await using LeasedReader<int> other = await nats.OpenLeasedReaderAsync<int>("long").Done();
        await owner.Writer.WriteAsync(1).Done();
        Lease<int> lease = await owner.Reader.ReadAsync().Done();
        // For longer than the server would leave it to a reader that is silent.
        await Assert.ThrowsExactlyAsync<TimeoutException>(() => other.ReadAsync(TimeSpan.FromSeconds(2.5)).AsTask());
        lease.Complete();
        await owner.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public async Task ReaderCloses_ItsLeasesGoToOthersAtOnce()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("closed", 10, s_settled).Done();
        LeasedReader<int> leaving = await nats.OpenLeasedReaderAsync<int>("closed").Done();
        for (int i = 0; i < 3; i++)
            await owner.Writer.WriteAsync(i).Done();
        Lease<int> kept = await leaving.ReadAsync().Done();
        _ = await leaving.ReadAsync().Done();
        await leaving.CloseAsync().Done();
        Assert.Throws<ChannelClosedException>(kept.Complete);
        HashSet<int> items = [];
        for (int i = 0; i < 3; i++)
        {
            Lease<int> lease = await owner.Reader.ReadAsync().Done();
            Assert.AreEqual(lease.Item < 2 ? 2 : 1, lease.DeliveryCount);
            items.Add(lease.Item);
            lease.Complete();
        }
        Assert.HasCount(3, items);
    }

    [TestMethod]
    public async Task ConnectionGone_ItsLeasesGoToOthersAfterTheTimeout()
    {
        NatsOptions options = Short with { Space = SharedServer.NewSpace() };
        await using NatsChannels nats = await SharedServer.ConnectAsync(options);
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("killed", 10, s_settled).Done();
        await owner.Writer.WriteAsync(7).Done();
        NatsChannels dying = await SharedServer.ConnectAsync(options);
        LeasedReader<int> reader = await dying.OpenLeasedReaderAsync<int>("killed").Done();
        _ = await reader.ReadAsync().Done();
        // As a process that is killed: nothing is given back.
        await dying.DisposeAsync().Done();
        Lease<int> lease = await owner.Reader.ReadAsync().Done();
        Assert.AreEqual(7, lease.Item);
        Assert.AreEqual(2, lease.DeliveryCount);
        lease.Complete();
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(200)]
    public async Task ReaderIsKilled_AllItsLeasesComeAgain_Marked(int count)
    {
        NatsOptions options = Short with { Space = SharedServer.NewSpace() };
        NatsServer server = await SharedServer.GetAsync();
        await using NatsChannels nats = await SharedServer.ConnectAsync(options);
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("held", 300, s_settled).Done();
        for (int i = 0; i < count; i++)
            await owner.Writer.WriteAsync(i).Done();
        await using ChildProcess child = ChildProcess.Start("hold-on-server", server.Url, options.Space, "held", $"{count}");
        Assert.AreEqual("holds", await child.ReadLineAsync());
        Assert.AreEqual(count, (await nats.GetChannelStatusAsync("held").Done()).InFlight);
        await child.KillAsync();
        await owner.Writer.WriteAsync(count).Done();
        var deliveries = new int[count + 1];
        for (int i = 0; i <= count; i++)
        {
            Lease<int> lease = await owner.Reader.ReadAsync().Done();
            Assert.AreEqual(0, deliveries[lease.Item], $"Item {lease.Item} came twice to a reader that lives.");
            deliveries[lease.Item] = lease.DeliveryCount;
            lease.Complete();
        }
        CollectionAssert.AreEqual((int[])[.. Enumerable.Repeat(2, count), 1], deliveries);
        await owner.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public async Task DeliveredTooOften_GoesToTheDeadLetters()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using LeasedChannel<string> owner = await nats.CreateLeasedAsync<string>("poison", 10, s_settled with { MaxDeliveries = 2 }).Done();
        await owner.Writer.WriteAsync("bad").Done();
        await owner.Writer.WriteAsync("good").Done();
        for (int i = 1; i <= 2; i++)
        {
            Lease<string> lease = await owner.Reader.ReadAsync().Done();
            Assert.AreEqual("bad", lease.Item);
            Assert.AreEqual(i, lease.DeliveryCount);
            lease.Abandon();
        }
        Lease<string> good = await owner.Reader.ReadAsync().Done();
        Assert.AreEqual("good", good.Item);
        good.Complete();
        Assert.AreEqual("bad", await owner.DeadLetters!.Reader.ReadAsync().Done());
        await owner.Writer.JoinAsync().Done();
        await using CrossChannelReader<string> elsewhere = await nats.OpenReaderAsync<string>("poison.dead-letters").Done();
    }

    [TestMethod]
    public async Task TaskDone_OnceTooOften_Throws()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("done", 10, s_settled).Done();
        for (int i = 0; i < 2; i++)
            await owner.Writer.WriteAsync(i).Done();
        for (int i = 0; i < 2; i++)
        {
            _ = await owner.Reader.ReadAsync().Done();
            owner.Reader.TaskDone();
        }
        Assert.Throws<InvalidOperationException>(owner.Reader.TaskDone);
        await owner.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public async Task Complete_WithAnOpenLease_EndsWhenItIsSettled()
    {
        await using NatsChannels nats = await SharedServer.ConnectAsync();
        await using LeasedChannel<int> owner = await nats.CreateLeasedAsync<int>("last", 10, s_settled).Done();
        await using LeasedReader<int> other = await nats.OpenLeasedReaderAsync<int>("last").Done();
        await owner.Writer.WriteAsync(1).Done();
        Lease<int> lease = await owner.Reader.ReadAsync().Done();
        owner.Writer.Complete();
        Task<bool> more = other.WaitToReadAsync().AsTask();
        lease.Abandon();
        Assert.IsTrue(await more.Done());
        Lease<int> again = await other.ReadAsync().Done();
        Assert.IsFalse(other.Completion.IsCompleted);
        again.Complete();
        await other.Completion.Done();
        await owner.Reader.Completion.Done();
    }
}
