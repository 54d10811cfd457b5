using System.Threading.Channels;

namespace CrossChannels.Tests.Hub;

/// <summary>What a remote reader of a channel that drops or orders was given and did not read is not lost, and what was flushed is in the channel.</summary>
[TestClass]
public sealed class PumpedRedeliveryTests
{
    private static readonly UnboundedPrioritizedChannelOptions<int> s_ordered = new();

    [TestMethod]
    [DataRow(BoundedChannelFullMode.DropOldest)]
    [DataRow(BoundedChannelFullMode.DropNewest)]
    [DataRow(BoundedChannelFullMode.DropWrite)]
    [DataRow(null)]
    public async Task ReaderLeaves_WithAnItemThatItDidNotRead_OthersGetIt(BoundedChannelFullMode? mode)
    {
        await using PumpedHub<int> hub = await StartAsync(mode is { } full ? Dropping(3, full) : s_ordered);
        DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
        await GiveUnreadAsync(hub, remote, 1);
        await remote.DisposeAsync().Done();
        Assert.AreEqual(1, await hub.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task ReaderLeaves_WhatItReadStaysRead()
    {
        await using PumpedHub<int> hub = await StartAsync(Dropping(10));
        DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
        await GiveUnreadAsync(hub, remote, 1);
        Assert.IsTrue(remote.Reader.TryRead(out _));
        await GiveUnreadAsync(hub, remote, 2);
        await remote.DisposeAsync().Done();
        hub.Writer.Complete();
        Assert.AreEqual("2", string.Join(' ', await ChannelCore.ReadAllAsync(hub.Reader).Done()));
    }

    [TestMethod]
    public async Task ReaderLeaves_AfterTheChannelWasCompleted_OthersGetItBeforeTheEnd()
    {
        await using PumpedHub<int> hub = await StartAsync(Dropping(3));
        await using DuplexChannel<NoItem, int> other = await hub.OpenReaderAsync();
        DuplexChannel<NoItem, int> leaving = await hub.OpenReaderAsync();
        await GiveUnreadAsync(hub, leaving, 1);
        hub.Writer.Complete();
        Assert.IsFalse(hub.Reader.Completion.IsCompleted);
        await leaving.DisposeAsync().Done();
        Assert.AreEqual("1", string.Join(' ', await ChannelCore.ReadAllAsync(other.Reader).Done()));
        await hub.Reader.Completion.Done();
    }

    /// <summary>Of a reader that is cut off it is not known what it read.</summary>
    [TestMethod]
    public async Task ReaderIsCutOff_WhatItDidNotTellOfComesAgain()
    {
        await using PumpedHub<int> hub = await StartAsync(Dropping(3));
        DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
        await GiveUnreadAsync(hub, remote, 1);
        remote.Abort();
        Assert.AreEqual(1, await hub.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task ReadersLeave_InAnotherOrder_WhatComesBackIsReadFirst_AndNothingIsDroppedForIt()
    {
        List<int> dropped = [];
        await using PumpedHub<int> hub = await StartAsync(Dropping(2), dropped.Add);
        DuplexChannel<NoItem, int>[] readers = [await hub.OpenReaderAsync(), await hub.OpenReaderAsync(), await hub.OpenReaderAsync()];
        for (int i = 0; i < readers.Length; i++)
            await GiveUnreadAsync(hub, readers[i], i + 1);
        hub.Writer.TryWriteMany([4, 5]);
        foreach (int next in (int[])[2, 0, 1])
            await readers[next].DisposeAsync().Done();
        await Wait.Until(() => hub.Reader.Count == 5);
        Assert.IsTrue(hub.Reader.TryPeek(out int first));
        Assert.AreEqual(1, first);
        hub.Writer.Complete();
        Assert.AreEqual("1 2 3 4 5", string.Join(' ', await ChannelCore.ReadAllAsync(hub.Reader).Done()));
        Assert.IsEmpty(dropped);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ReaderLeaves_TheOwnerWaits_ItIsWoken(bool waitsForAny)
    {
        await using PumpedHub<int> hub = await StartAsync(Dropping(3));
        DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
        await GiveUnreadAsync(hub, remote, 1);
        Task<int> read = waitsForAny ? WaitAndReadAsync(hub.Reader) : hub.Reader.ReadAsync().AsTask();
        await remote.DisposeAsync().Done();
        Assert.AreEqual(1, await read.Done());
    }

    [TestMethod]
    public async Task ReaderStays_AndDoesNotRead_OthersGetWhatItHas_AndItReadsOn()
    {
        var clock = new ManualTimeProvider();
        await using PumpedHub<int> hub = await StartAsync(Dropping(3), clock: clock);
        await using DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
        await GiveUnreadAsync(hub, remote, 1);
        Task<int> others = hub.Reader.ReadAsync().AsTask();
        await Wait.Until(() => clock.HasTimerWithin(TimeSpan.FromMilliseconds(200)));
        Assert.IsFalse(others.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.AreEqual(1, await others.Done());
        Assert.IsFalse(remote.Reader.TryPeek(out _));
        Task<int> read = remote.Reader.ReadAsync().AsTask();
        hub.Writer.TryWrite(2);
        Assert.AreEqual(2, await read.Done());
        hub.Writer.Complete();
        Assert.IsFalse(await remote.Reader.WaitToReadAsync().Done());
    }

    [TestMethod]
    public async Task ReaderComesAndGoes_WhileAnotherReads_EachItemIsReadOnce()
    {
        const int Total = 2_000;
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(Dropping(Total));
        Task<List<int>> staying = StayAsync(), leaving = ComeAndGoAsync();
        for (int i = 0; i < Total; i++)
        {
            hub.Writer.TryWrite(i);
            if (i % 20 == 0)
                await Task.Yield();
        }
        hub.Writer.Complete();
        List<int>[] read = await Task.WhenAll(staying, leaving).Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, Total).ToList(), read.SelectMany(static items => items).Order().ToList());

        async Task<List<int>> StayAsync()
        {
            await using DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
            return await ChannelCore.ReadAllAsync(remote.Reader);
        }

        async Task<List<int>> ComeAndGoAsync()
        {
            List<int> items = [];
            bool isOver = false;
            while (!isOver)
            {
                await using DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
                for (int i = 0; i < 5 && !isOver; i++)
                {
                    // What it waited for has come, and every fifth is left unread.
                    isOver = !await remote.Reader.WaitToReadAsync();
                    if (i < 4 && remote.Reader.TryRead(out int item))
                        items.Add(item);
                }
            }
            return items;
        }
    }

    [TestMethod]
    public async Task JoinAsync_TheReaderHasItAndDoesNotReadIt_Waits_AndEndsWhenItIsRead()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(Dropping(3));
        await using DuplexChannel<int, NoItem> writer = await hub.OpenWriterAsync();
        await using DuplexChannel<NoItem, int> reader = await hub.OpenReaderAsync();
        Task<bool> wait = reader.Reader.WaitToReadAsync().AsTask();
        await writer.Writer.WriteAsync(1).Done();
        Assert.IsTrue(await wait.Done());
        Task owners = hub.Writer.JoinAsync().AsTask(), remote = writer.Writer.JoinAsync().AsTask();
        Assert.IsFalse(owners.IsCompleted);
        await Task.WhenAll(ReadOneAsync(reader.Reader), owners, remote).Done();
    }

    /// <summary>Its next call would tell of it, and none comes.</summary>
    [TestMethod]
    public async Task JoinAsync_TheReaderReadsNothingMore_IsAskedAndTells()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<NoItem, int> remote = await hub.OpenReaderAsync();
        hub.Writer.TryWrite(1);
        Assert.AreEqual(1, await remote.Reader.ReadAsync().Done());
        await hub.Writer.JoinAsync().Done();
        hub.Writer.TryWrite(2);
        Assert.AreEqual(2, await remote.Reader.ReadAsync().Done());
        hub.Writer.Complete();
        await hub.Reader.Completion.Done();
        await remote.Reader.Completion.Done();
    }

    [TestMethod]
    public async Task FlushAsync_OfARemoteWriter_EverythingIsInTheChannel()
    {
        const int Capacity = 5_000;
        await using PumpedHub<int> newest = await PumpedHub.StartAsync<int>(Dropping(Capacity));
        await using DuplexChannel<int, NoItem> writer = await newest.OpenWriterAsync();
        await writer.Writer.WriteManyAsync(Enumerable.Range(0, 2 * Capacity).ToArray()).Done();
        await writer.Writer.FlushAsync().Done();
        Assert.IsTrue(newest.Reader.TryRead(out int first));
        Assert.AreEqual((Capacity, Capacity - 1), (first, newest.Reader.Count));

        await using PumpedHub<int> lowest = await PumpedHub.StartAsync<int>(s_ordered);
        await using DuplexChannel<int, NoItem> other = await lowest.OpenWriterAsync();
        await other.Writer.WriteManyAsync(Enumerable.Range(0, Capacity).Reverse().ToArray()).Done();
        await other.Writer.FlushAsync().Done();
        Assert.IsTrue(lowest.Reader.TryRead(out first));
        Assert.AreEqual((0, Capacity - 1), (first, lowest.Reader.Count));
    }

    [TestMethod]
    public async Task Processes_ReaderReturnsFromMain_WithWhatItDidNotRead_OthersGetIt()
    {
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(Dropping(3), address: ChannelAddress.Local($"pumped-{Guid.NewGuid():N}"));
        await using ChildProcess reader = ChildProcess.Start("leave-unread", hub.Address.ToString());
        Assert.AreEqual("open", await reader.ReadLineAsync());
        hub.Writer.TryWriteMany([1, 2]);
        Assert.AreEqual("1", await reader.ReadLineAsync());
        Assert.AreEqual("here", await reader.ReadLineAsync());
        Assert.AreEqual(0, await reader.FinishAsync());
        Assert.AreEqual(2, await hub.Reader.ReadAsync().Done());
        hub.Writer.Complete();
        await hub.Reader.Completion.Done();
    }

    /// <summary>A channel whose clock stands still, so that what a reader does not read stays with it.</summary>
    private static Task<PumpedHub<int>> StartAsync(ChannelOptions options, Action<int>? itemDropped = null, TimeProvider? clock = null) =>
        PumpedHub.StartAsync(options, itemDropped, hub: new() { Connection = new() { TimeProvider = clock ?? new ManualTimeProvider() } });

    private static BoundedChannelOptions Dropping(int capacity, BoundedChannelFullMode mode = BoundedChannelFullMode.DropOldest) => new(capacity) { FullMode = mode };

    /// <summary>The reader has waited for an item, it has come, and nobody takes it.</summary>
    private static async Task GiveUnreadAsync(PumpedHub<int> hub, DuplexChannel<NoItem, int> remote, int item)
    {
        Task<bool> wait = remote.Reader.WaitToReadAsync().AsTask();
        Assert.IsTrue(hub.Writer.TryWrite(item));
        Assert.IsTrue(await wait.Done());
    }

    private static async Task<int> WaitAndReadAsync(ChannelReader<int> reader)
    {
        int item;
        while (!reader.TryRead(out item))
            await reader.WaitToReadAsync();
        return item;
    }

    private static async Task ReadOneAsync(ChannelReader<int> reader) => await reader.ReadAsync();
}
