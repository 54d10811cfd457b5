namespace CrossChannels.Nats.Tests;

/// <summary>Items that have come to a reader and lie unread while another reader finds nothing.</summary>
[TestClass]
public sealed class UnreadItemsTests
{
    private static readonly TimeSpan s_idle = TimeSpan.FromMilliseconds(200);

    [TestMethod]
    public async Task NobodyReadsHere_AnotherReaderGetsThem()
    {
        var clock = new ManualTimeProvider();
        NatsOptions options = new() { Space = SharedServer.NewSpace() };
        await using NatsChannels near = await SharedServer.ConnectAsync(options);
        await using NatsChannels far = await SharedServer.ConnectAsync(options with { TimeProvider = clock });
        await using SharedChannel<int> owner = await near.CreateBoundedAsync<int>("idle", 10).Done();
        await using CrossChannelReader<int> idle = await far.OpenReaderAsync<int>("idle").Done();
        await AskAsync(idle, 2);
        await owner.Writer.WriteAsync(0).Done();
        await owner.Writer.WriteAsync(1).Done();
        await Wait.Until(() => idle.Count == 2);
        Task<int> first = owner.Reader.ReadAsync().AsTask();
        await Wait.Until(() => clock.HasTimerWithin(s_idle), "the idle reader to hear of the other");
        clock.Advance(s_idle);
        Assert.AreEqual(0, await first.Done());
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
    }

    /// <summary>What was on its way when an item went back does not come before it.</summary>
    [TestMethod]
    public async Task GivenBack_WhileTheNextOneComes_KeepsTheOrder()
    {
        var clock = new ManualTimeProvider();
        NatsOptions options = new() { Space = SharedServer.NewSpace(), Storage = NatsStorage.Memory };
        await using var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
        await using NatsChannels near = await SharedServer.ConnectAsync(options);
        await using NatsChannels far = await NatsChannels.ConnectAsync(proxy.Url, options with { TimeProvider = clock }).Done();
        await using SharedChannel<int> owner = await near.CreateBoundedAsync<int>("between", 10).Done();
        await using CrossChannelReader<int> reader = await far.OpenReaderAsync<int>("between").Done();
        await AskAsync(reader, 2);
        await owner.Writer.WriteAsync(0).Done();
        await Wait.Until(() => reader.Count == 1);
        CrossChannelReader<int> other = await near.OpenReaderAsync<int>("between").Done();
        await AskAsync(other, 1);
        await Wait.Until(() => clock.HasTimerWithin(s_idle), "the reader to hear of the other");
        proxy.Items.FromClient.Hold();
        clock.Advance(s_idle);
        await Wait.Until(() => proxy.Items.FromClient.OnTheWay > 0, "the item to be on its way back");
        await other.CloseAsync().Done();
        await owner.Writer.WriteAsync(1).Done();
        await Wait.Until(async () => (await near.GetChannelStatusAsync("between")).InFlight == 2, "the next item to be on its way here");
        proxy.Items.FromClient.Release();
        Assert.AreEqual(0, await reader.ReadAsync().Done());
        Assert.AreEqual(1, await reader.ReadAsync().Done());
    }

    /// <summary>What it gave back is waited for, although it had come: nobody knows whether the server heard of it.</summary>
    [TestMethod]
    public async Task GivenBack_OverAConnectionThatBreaks_KeepsTheOrder()
    {
        NatsOptions options = new() { Space = SharedServer.NewSpace(), Storage = NatsStorage.Memory, LeaseTimeout = TimeSpan.FromSeconds(3) };
        await using var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
        await using NatsChannels near = await SharedServer.ConnectAsync(options);
        await using NatsChannels far = await NatsChannels.ConnectAsync(proxy.Url, options).Done();
        await using SharedChannel<int> owner = await near.CreateBoundedAsync<int>("lost", 10).Done();
        await using CrossChannelReader<int> reader = await far.OpenReaderAsync<int>("lost").Done();
        await AskAsync(reader, 2);
        await owner.Writer.WriteAsync(0).Done();
        await owner.Writer.WriteAsync(1).Done();
        await Wait.Until(() => reader.Count == 2);
        CrossChannelReader<int> other = await near.OpenReaderAsync<int>("lost").Done();
        proxy.Items.FromClient.Hold();
        await AskAsync(other, 1);
        await Wait.Until(() => reader.Count == 0 && proxy.Items.FromClient.OnTheWay > 0, "the items to be on their way back");
        await other.CloseAsync().Done();
        proxy.Items.Cut();
        await owner.Writer.WriteAsync(2).Done();
        for (int i = 0; i <= 2; i++)
            Assert.AreEqual(i, await reader.ReadAsync().Done());
    }

    /// <summary>Its process stood still, so that nothing was renewed, and the server gave them to another reader.</summary>
    [TestMethod]
    public async Task StoodStill_ForLongerThanTheLease_OnlyTheOtherHasThem()
    {
        var clock = new ManualTimeProvider();
        NatsOptions options = new() { Space = SharedServer.NewSpace(), LeaseTimeout = TimeSpan.FromSeconds(1) };
        await using NatsChannels near = await SharedServer.ConnectAsync(options);
        await using NatsChannels still = await SharedServer.ConnectAsync(options with { TimeProvider = clock });
        await using SharedChannel<int> owner = await near.CreateBoundedAsync<int>("still", 10).Done();
        await using CrossChannelReader<int> reader = await still.OpenReaderAsync<int>("still").Done();
        await AskAsync(reader, 2);
        await owner.Writer.WriteAsync(0).Done();
        await owner.Writer.WriteAsync(1).Done();
        await Wait.Until(() => reader.Count == 2);
        Assert.AreEqual(0, await owner.Reader.ReadAsync().Done());
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        Assert.IsFalse(reader.TryRead(out _));
        await owner.Writer.WriteAsync(2).Done();
        Task<int> next = reader.ReadAsync().AsTask();
        await Wait.Until(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(10));
                return next.IsCompleted;
            },
            "the item behind them");
        Assert.AreEqual(2, await next);
    }

    /// <summary>Its connection is held up, and does not break, so that the server gives to another what is on its way here.</summary>
    [TestMethod]
    public async Task ConnectionIsHeldUp_ForLongerThanTheLease_OnlyTheOtherHasWhatWasOnItsWay()
    {
        NatsOptions options = new() { Space = SharedServer.NewSpace(), Storage = NatsStorage.Memory, LeaseTimeout = TimeSpan.FromSeconds(2) };
        await using var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
        await using NatsChannels near = await SharedServer.ConnectAsync(options);
        await using NatsChannels far = await NatsChannels.ConnectAsync(proxy.Url, options).Done();
        await using SharedChannel<int> owner = await near.CreateBoundedAsync<int>("held", 10).Done();
        await using CrossChannelReader<int> reader = await far.OpenReaderAsync<int>("held").Done();
        await AskAsync(reader, 2);
        proxy.Items.FromServer.Hold();
        await owner.Writer.WriteAsync(0).Done();
        await owner.Writer.WriteAsync(1).Done();
        await Wait.Until(async () => (await near.GetChannelStatusAsync("held")).InFlight == 2, "both items to be on their way there");
        Assert.AreEqual(0, await owner.Reader.ReadAsync().Done());
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        proxy.Items.FromServer.Release();
        await owner.Writer.WriteAsync(2).Done();
        Assert.AreEqual(2, await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task FoundNothingItself_GivesNothingBack()
    {
        var clock = new ManualTimeProvider();
        NatsOptions options = new() { Space = SharedServer.NewSpace(), Storage = NatsStorage.Memory };
        await using var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
        await using NatsChannels near = await SharedServer.ConnectAsync(options);
        await using NatsChannels far = await NatsChannels.ConnectAsync(proxy.Url, options with { TimeProvider = clock }).Done();
        await using LeasedChannel<int> owner = await near.CreateLeasedAsync<int>("own", 10, new LeaseOptions { CapacityRelease = CapacityRelease.Settled }).Done();
        await using LeasedReader<int> reader = await far.OpenLeasedReaderAsync<int>("own").Done();
        proxy.Control.FromServer.Hold();
        using (var cancel = new CancellationTokenSource())
        {
            Task<Lease<int>> read = reader.ReadAsync(cancel.Token).AsTask();
            await cancel.CancelAsync();
            await read.Fails<OperationCanceledException>();
        }
        await Wait.Until(() => proxy.Control.FromServer.OnTheWay > 0, "what the reader has told the others to come back to it");
        await owner.Writer.WriteAsync(0).Done();
        await Wait.Until(() => reader.Count == 1);
        proxy.Control.FromServer.Release();
        // It is answered on the same connection, and so behind that.
        _ = await far.GetChannelStatusAsync("own").Done();
        clock.Advance(s_idle);
        using Lease<int> lease = await reader.ReadAsync().Done();
        Assert.AreEqual(1, lease.DeliveryCount);
        lease.Complete();
    }

    /// <summary>Reads that wait ask the server for items; canceled, they leave what they asked for on its way.</summary>
    private static async Task AskAsync(CrossChannelReader<int> reader, int count)
    {
        using var cancel = new CancellationTokenSource();
        Task<int>[] reads = [.. Enumerable.Range(0, count).Select(_ => reader.ReadAsync(cancel.Token).AsTask())];
        await cancel.CancelAsync();
        foreach (Task<int> read in reads)
            await read.Fails<OperationCanceledException>();
    }
}
