using CrossChannels.Nats.Server;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace CrossChannels.Nats.Tests;

/// <summary>What a way to the server that carries nothing for a while, or breaks, means for ends that live.</summary>
[TestClass]
public sealed class ProxyTests
{
    private static readonly LeaseOptions s_settled = new() { CapacityRelease = CapacityRelease.Settled };

    private static int Cuts => Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 200 : 8;

    /// <summary>With more on the way than buffers hold, so that the client itself waits, and for longer than it would by itself.</summary>
    [TestMethod]
    public async Task HeldUp_BuffersAreFull_EndsWaitAndGoOn()
    {
        const int Small = 64, Total = 32, Large = 500_000;
        await using var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
        NatsOptions options = new()
        {
            Space = SharedServer.NewSpace(),
            Storage = NatsStorage.Memory,
            Client = NatsOpts.Default with { CommandTimeout = TimeSpan.FromMilliseconds(20) },
        };
        await using NatsChannels nats = await NatsChannels.ConnectAsync(proxy.Url, options).Done();
        await using SharedChannel<byte[]> owner = await nats.CreateUnboundedAsync<byte[]>("full").Done();
        await using CrossChannelReader<byte[]> reader = await nats.OpenReaderAsync<byte[]>("full").Done();
        proxy.Items.FromClient.Hold(after: Large);
        // They gather while the first is stored, and what is sent at once grows with each round of them.
        for (int i = 0; i < Small; i++)
            Assert.IsTrue(owner.Writer.TryWrite([]));
        for (int i = 0; i < Total; i++)
            Assert.IsTrue(owner.Writer.TryWrite(new byte[Large]));
        await Wait.Until(() => proxy.Items.FromClient.OnTheWay > 0, "a large item");
        Task flush = owner.Writer.FlushAsync().AsTask();
        await Assert.ThrowsExactlyAsync<TimeoutException>(() => flush.WaitAsync(TimeSpan.FromMilliseconds(500)));
        proxy.Items.FromClient.Release();
        await flush.Done();
        for (int i = 0; i < Small; i++)
            Assert.IsEmpty(await reader.ReadAsync().Done());
        for (int i = 0; i < Total; i++)
            Assert.HasCount(Large, await reader.ReadAsync().Done());
    }

    /// <summary>Connections end in the middle of requests, headers and items.</summary>
    [TestMethod]
    public async Task WriterIsCutAgainAndAgain_NothingIsLost_AndTheOrderHolds()
    {
        int total = 50 * Cuts;
        await using CutWay way = await CutWay.OpenAsync();
        await using LeasedChannel<int> owner = await way.Near.CreateLeasedAsync<int>("cut", 50, s_settled).Done();
        await using CrossChannelWriter<int> writer = await way.Far.OpenWriterAsync<int>("cut").Done();
        way.CutAgainAndAgain();
        Task writing = WriteAsync(writer, total);
        List<int> read = await ReadAsync(owner.Reader);
        await writing.Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, total).ToList(), read);
        way.WasCutOften();
    }

    /// <summary>What was on its way to it comes again before all others.</summary>
    [TestMethod]
    public async Task ReaderIsCutAgainAndAgain_NothingIsLostOrDoubled_AndTheOrderHolds()
    {
        int total = 50 * Cuts;
        await using CutWay way = await CutWay.OpenAsync();
        await using SharedChannel<int> owner = await way.Near.CreateBoundedAsync<int>("cut", 50).Done();
        await using CrossChannelReader<int> reader = await way.Far.OpenReaderAsync<int>("cut").Done();
        way.CutAgainAndAgain();
        Task writing = WriteAsync(owner.Writer, total);
        List<int> read = [];
        while (await reader.WaitToReadAsync().Done($"more than {read.Count} items"))
        {
            while (reader.TryRead(out int item))
                read.Add(item);
        }
        await writing.Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, total).ToList(), read);
        way.WasCutOften();
    }

    /// <summary>The server has not heard that the connection broke: it gives the first item to what was asked for over it, and the next to what is asked for now.</summary>
    [TestMethod]
    public async Task ReaderIsCut_AndTheServerDoesNotHearOfIt_TheOrderHolds()
    {
        const int Total = 5;
        await using CutWay way = await CutWay.OpenAsync();
        await using SharedChannel<int> owner = await way.Near.CreateBoundedAsync<int>("half", 50).Done();
        await using CrossChannelReader<int> reader = await way.Far.OpenReaderAsync<int>("half").Done();
        Task<int> first = reader.ReadAsync().AsTask();
        await way.IsAskedAsync("half", 1);
        ProxiedConnection broken = way.Proxy.Items;
        broken.CutClient();
        await way.IsAskedAsync("half", 2);
        for (int i = 0; i < Total; i++)
            await owner.Writer.WriteAsync(i).Done();
        Assert.AreEqual(0, await first.Done());
        for (int i = 1; i < Total; i++)
            Assert.AreEqual(i, await reader.ReadAsync().Done());
        // What follows waits for nothing, though the server still has that connection.
        await owner.Writer.WriteAsync(Total).Done();
        Assert.AreEqual(Total, await reader.ReadAsync().Done());
        Assert.IsFalse(broken.IsCut);
    }

    /// <summary>What it might be missing lies unread at another reader, which gives it to one that finds nothing.</summary>
    [TestMethod]
    public async Task ReaderIsCut_AndAnotherHasWhatIsNext_ItGoesOn()
    {
        await using CutWay way = await CutWay.OpenAsync();
        await using SharedChannel<int> owner = await way.Near.CreateBoundedAsync<int>("other", 50).Done();
        await using CrossChannelReader<int> reader = await way.Far.OpenReaderAsync<int>("other").Done();
        Assert.AreEqual(0, owner.Reader.Count);
        await way.IsAskedAsync("other", 1);
        await owner.Writer.WriteAsync(0).Done();
        await Wait.Until(() => owner.Reader.Count == 1);
        Task<int> first = reader.ReadAsync().AsTask();
        way.Proxy.Items.CutClient();
        await owner.Writer.WriteAsync(1).Done();
        await owner.Writer.WriteAsync(2).Done();
        List<int> read = [await first.Done(), await reader.ReadAsync().Done(), await reader.ReadAsync().Done()];
        CollectionAssert.AreEquivalent(new[] { 0, 1, 2 }, read);
    }

    /// <summary>Leases that were on their way to it come again behind others.</summary>
    [TestMethod]
    public async Task LeasedReaderIsCutAgainAndAgain_NothingIsLost_AndDoublesAreMarked()
    {
        int total = 50 * Cuts;
        await using CutWay way = await CutWay.OpenAsync();
        await using LeasedChannel<int> owner = await way.Near.CreateLeasedAsync<int>("cut", 50, s_settled).Done();
        await using LeasedReader<int> reader = await way.Far.OpenLeasedReaderAsync<int>("cut").Done();
        way.CutAgainAndAgain();
        Task writing = WriteAsync(owner.Writer, total);
        List<int> read = await ReadAsync(reader);
        await writing.Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, total).ToList(), read.Order().ToList());
        way.WasCutOften();
    }

    /// <summary>It would go to others, and they would have it a second time.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task TakenOverAConnectionThatBreaks_IsSettledOverTheNext(bool isLeased)
    {
        await using var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
        NatsOptions options = new() { Space = SharedServer.NewSpace(), Storage = NatsStorage.Memory, LeaseTimeout = TimeSpan.FromHours(1) };
        await using NatsChannels near = await SharedServer.ConnectAsync(options);
        await using NatsChannels far = await NatsChannels.ConnectAsync(proxy.Url, options).Done();
        await using IAsyncDisposable channel = isLeased ? await near.CreateLeasedAsync<int>("taken", 5, s_settled).Done() : await near.CreateBoundedAsync<int>("taken", 5).Done();
        await using CrossChannelWriter<int> writer = await near.OpenWriterAsync<int>("taken").Done();
        Func<Task> take;
        if (isLeased)
        {
            LeasedReader<int> reader = await far.OpenLeasedReaderAsync<int>("taken").Done();
            await writer.WriteAsync(1).Done();
            Lease<int> lease = await reader.ReadAsync().Done();
            take = () =>
            {
                lease.Complete();
                return Task.CompletedTask;
            };
        }
        else
        {
            CrossChannelReader<int> reader = await far.OpenReaderAsync<int>("taken").Done();
            Assert.IsFalse(reader.TryRead(out _));
            await writer.WriteAsync(1).Done();
            await Wait.Until(() => reader.Count == 1);
            take = () => reader.ReadAsync().Done();
        }
        proxy.Items.FromClient.Hold();
        await take();
        await Wait.Until(() => proxy.Items.FromClient.OnTheWay > 0, "the settlement to be on its way");
        proxy.Items.Cut();
        await writer.JoinAsync().Done();
    }

    private static Task WriteAsync(CrossChannelWriter<int> writer, int total) => Task.Run(async () =>
    {
        for (int i = 0; i < total; i++)
            await writer.WriteAsync(i).Done($"item {i}");
        await writer.FlushAsync().Done();
        writer.Complete();
    });

    /// <summary>Reads to the end.</summary>
    /// <returns>The first copy of each item. Every other says that it may be one.</returns>
    private static async Task<List<int>> ReadAsync(LeasedReader<int> reader)
    {
        HashSet<int> seen = [];
        List<int> first = [];
        while (await reader.WaitToReadAsync().Done($"more than {first.Count} items"))
        {
            while (reader.TryRead(out Lease<int>? lease))
            {
                if (seen.Add(lease.Item))
                    first.Add(lease.Item);
                else
                    Assert.IsGreaterThan(1, lease.DeliveryCount, $"Item {lease.Item} came again, and does not say so.");
                lease.Complete();
            }
        }
        return first;
    }

    /// <summary>One way to the server that holds, and one that is cut.</summary>
    private sealed record CutWay(string Space, ServerProxy Proxy, NatsChannels Near, NatsChannels Far) : IAsyncDisposable
    {
        public static async Task<CutWay> OpenAsync()
        {
            var proxy = new ServerProxy(await SharedServer.GetAsync().Done());
            NatsOptions options = new() { Space = SharedServer.NewSpace(), Storage = NatsStorage.Memory, LeaseTimeout = TimeSpan.FromSeconds(1) };
            return new CutWay(options.Space, proxy, await SharedServer.ConnectAsync(options), await NatsChannels.ConnectAsync(proxy.Url, options).Done());
        }

        /// <summary>Cuts the connections that are there, and the next ones.</summary>
        public void CutAgainAndAgain()
        {
            Random random = new(TestSeed.Value);
            for (int i = 0; i < Cuts; i++)
            {
                long bytes = random.Next(1_000, 12_000);
                Proxy.Cuts.Enqueue(random.Next(2) == 0 ? (bytes, long.MaxValue) : (long.MaxValue, bytes));
            }
            Proxy.Items.Cut();
            Proxy.Control.Cut();
        }

        /// <summary>Waits until the server has so many requests for items of a channel.</summary>
        public async Task IsAskedAsync(string channel, int requests)
        {
            await using var connection = new NatsConnection(NatsOpts.Default with { Url = (await SharedServer.GetAsync()).Url });
            var names = new SpaceNames(Space);
            var server = new NatsJSContext(connection);
            await Wait.Until(async () => (await server.GetConsumerAsync(names.Stream(channel), SpaceNames.Consumer)).Info.NumWaiting == requests, $"{requests} requests");
        }

        public void WasCutOften() => Assert.IsGreaterThan(2 + (Cuts / 2), Proxy.Count, "It was cut less often than this test is for.");

        public async ValueTask DisposeAsync()
        {
            await Far.DisposeAsync();
            await Near.DisposeAsync();
            await Proxy.DisposeAsync();
        }
    }
}
