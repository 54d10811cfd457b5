using System.Threading.Channels;

namespace CrossChannels.Tests.Hub;

/// <summary>Remote ends of channels that drop or order.</summary>
[TestClass]
public sealed class PumpedRemoteTests
{
    private static readonly BoundedChannelOptions s_dropOldest = new(3) { FullMode = BoundedChannelFullMode.DropOldest };
    private static readonly UnboundedPrioritizedChannelOptions<int> s_ordered = new();

    [TestMethod]
    [DataRow(BoundedChannelFullMode.DropOldest, "3 4 5", "0 1 2")]
    [DataRow(BoundedChannelFullMode.DropNewest, "0 1 5", "2 3 4")]
    [DataRow(BoundedChannelFullMode.DropWrite, "0 1 2", "3 4 5")]
    public async Task DropModes_RemoteWriter_ItemsAreDroppedAtTheHub(BoundedChannelFullMode mode, string kept, string dropped)
    {
        List<int> reported = [];
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(new BoundedChannelOptions(3) { FullMode = mode }, reported.Add);
        await using DuplexChannel<int, NoItem> remote = await hub.OpenWriterAsync();
        for (int i = 0; i < 6; i++)
        {
            Assert.IsTrue(await remote.Writer.WaitToWriteAsync().Done());
            Assert.IsTrue(remote.Writer.TryWrite(i));
        }
        Task join = remote.Writer.JoinAsync().AsTask();
        remote.Writer.Complete();
        // The queue takes nothing more once the end is here, and that comes behind the last item.
        await Wait.Until(() => hub.Writer.Ending is not null);
        Assert.AreEqual(dropped, string.Join(' ', reported));
        Assert.IsFalse(join.IsCompleted);
        Assert.AreEqual(kept, string.Join(' ', await ChannelCore.ReadAllAsync(hub.Reader).Done()));
        await join.Done();
        Assert.AreEqual(EndingKind.Completed, hub.Reader.Ending?.Kind);
    }

    [TestMethod]
    public async Task ItemDropped_ThrowsForARemoteWrite_IsLoggedAndTheRestGoesOn()
    {
        var log = new LogList();
        var settings = new HubOptions { Connection = new ConnectionOptions { Logger = log } };
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_dropOldest, static _ => throw new FormatException("mine"), hub: settings);
        await using DuplexChannel<int, NoItem> remote = await hub.OpenWriterAsync();
        await remote.Writer.WriteManyAsync((int[])[0, 1, 2, 3, 4, 5]).Done();
        remote.Writer.Complete();
        await Wait.Until(() => hub.Writer.Ending is not null);
        Assert.AreEqual("3 4 5", string.Join(' ', await ChannelCore.ReadAllAsync(hub.Reader).Done()));
        Assert.AreEqual(3, log.Count("ItemDroppedFailed"));
        Assert.IsInstanceOfType<FormatException>(log.ErrorOf("ItemDroppedFailed"));
    }

    [TestMethod]
    public async Task Prioritized_RemoteReader_GetsTheLowestOfTheMoment_AndNothingAhead()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
        hub.Writer.TryWriteMany([5, 1, 3]);
        Assert.AreEqual(1, await remote.Reader.ReadAsync().Done());
        Assert.AreEqual(2, hub.Reader.Count);
        hub.Writer.TryWrite(0);
        Assert.AreEqual(0, await remote.Reader.ReadAsync().Done());
        Assert.AreEqual(3, await remote.Reader.ReadAsync().Done());
        Assert.AreEqual(1, hub.Reader.Count);
        hub.Writer.Complete(new FormatException("broken"));
        Assert.AreEqual(5, await remote.Reader.ReadAsync().Done());
        RemoteChannelException error = await Assert.ThrowsExactlyAsync<RemoteChannelException>(() => remote.Reader.Completion.Done());
        Assert.AreEqual("broken", error.RemoteMessage);
    }

    [TestMethod]
    public async Task Prioritized_RemoteWriterToRemoteReader()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<int, NoItem> writer = await hub.OpenWriterAsync();
        await writer.Writer.WriteManyAsync((int[])[4, 2, 9, 7]).Done();
        writer.Writer.Complete(new InvalidOperationException("half"));
        await Wait.Until(() => hub.Writer.Ending is not null);
        await using DuplexChannel<NoItem, int> reader = await hub.OpenReaderAsync();
        foreach (int expected in (int[])[2, 4, 7, 9])
            Assert.AreEqual(expected, await reader.Reader.ReadAsync().Done());
        RemoteChannelException error = await Assert.ThrowsExactlyAsync<RemoteChannelException>(() => reader.Reader.Completion.Done());
        Assert.AreEqual(typeof(InvalidOperationException).FullName, error.RemoteTypeName);
        Assert.AreEqual("half", error.RemoteMessage);
    }

    [TestMethod]
    public async Task OnDemand_ManyCallersWait_EachGetsAnItem()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
        Task<int>[] reads = [.. Enumerable.Range(0, 8).Select(_ => remote.Reader.ReadAsync().AsTask())];
        Task<bool> wait = remote.Reader.WaitToReadAsync().AsTask();
        for (int i = 0; i <= reads.Length; i++)
            hub.Writer.TryWrite(i);
        CollectionAssert.AreEqual(Enumerable.Range(0, reads.Length).ToArray(), await Task.WhenAll(reads).Done());
        Assert.IsTrue(await wait.Done());
        Assert.IsTrue(remote.Reader.TryRead(out int last));
        Assert.AreEqual(reads.Length, last);
    }

    [TestMethod]
    public async Task OnDemand_CallersOfManyThreads_TakeAll()
    {
        const int Total = 400;
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<NoItem, int> first = await hub.OpenReaderAsync();
        await using DuplexChannel<NoItem, int> second = await hub.OpenReaderAsync();
        Task<List<int>>[] reading = [.. Enumerable.Range(0, 6).Select(i => Task.Run(() => ChannelCore.ReadAllAsync((i % 2 == 0 ? first : second).Reader)))];
        for (int i = 0; i < Total; i++)
            Assert.IsTrue(hub.Writer.TryWrite(i));
        hub.Writer.Complete();
        List<int>[] read = await Task.WhenAll(reading).Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, Total).ToList(), read.SelectMany(static items => items).Order().ToList());
    }

    [TestMethod]
    public async Task OnDemand_PollingReader_GetsItems()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
        hub.Writer.TryWriteMany([2, 1]);
        List<int> read = [];
        await Wait.Until(() =>
        {
            if (remote.Reader.TryRead(out int item))
                read.Add(item);
            return read.Count == 2;
        });
        CollectionAssert.AreEqual((int[])[1, 2], read);
    }

    [TestMethod]
    public async Task ReaderLeaves_WhileItWaits_ItemsStayForOthers()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
        Task<int> read = remote.Reader.ReadAsync().AsTask();
        hub.Writer.TryWrite(1);
        Assert.AreEqual(1, await read.Done());
        Task<int> waiting = remote.Reader.ReadAsync().AsTask();
        await remote.DisposeAsync().Done();
        await Assert.ThrowsExactlyAsync<ChannelClosedException>(() => waiting.Done());
        hub.Writer.TryWrite(2);
        Assert.AreEqual(2, await hub.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task UnreadableItem_OfARemoteWriter_IsOneReadsProblem()
    {
        var settings = new ItemOptions<string> { Serializer = new PumpedOwnerTests.PickySerializer() };
        await using PumpedHub<string> hub = await PumpedHub.StartAsync<string>(s_dropOldest, settings: settings);
        var options = new DuplexChannelOptions<string, NoItem> { WriteItems = settings };
        await using DuplexChannel<string, NoItem> remote = await SharedEnds.OpenWriterAsync(hub.Address, options);
        await remote.Writer.WriteManyAsync((string[])["a", "unreadable", "b"]).Done();
        remote.Writer.Complete();
        Assert.AreEqual("a", await hub.Reader.ReadAsync().Done());
        await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => hub.Reader.ReadAsync().Done());
        Assert.AreEqual("b", await hub.Reader.ReadAsync().Done());
        await hub.Reader.Completion.Done();
    }

    [TestMethod]
    public async Task Rendezvous_RemoteOpen_IsRefused()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(new BoundedChannelOptions(0));
        NotSupportedException error = await Assert.ThrowsExactlyAsync<NotSupportedException>(() => hub.OpenWriterAsync());
        StringAssert.Contains(error.Message, "a rendezvous (capacity 0) works within one process only");
        await Assert.ThrowsExactlyAsync<NotSupportedException>(() => hub.OpenReaderAsync());
    }

    [TestMethod]
    public async Task Contracts_DoNotFit_TheOpenIsRefused()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => SharedEnds.OpenWriterAsync<string>(hub.Address));
        await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => SharedEnds.OpenReaderAsync<string>(hub.Address));
    }
}
