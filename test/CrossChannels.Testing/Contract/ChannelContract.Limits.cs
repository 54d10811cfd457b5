using System.Diagnostics.Metrics;
using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class ChannelContract
{
    [TestMethod]
    public async Task Unbounded_MaxUnsentBytes_IsTheLimitOfTheWriter()
    {
        await using LinkEnds<byte[], NoItem> ends = await OpenOneWayAsync<byte[]>(
            new UnboundedChannelOptions(), link: new() { MaxUnsentBytes = 1000 }, maxUnreadBytes: 64);
        byte[] item = new byte[100];
        int taken = 0;
        await Wait.Until(() =>
        {
            // What has arrived has left the writer's memory, and nothing else leaves it while that is unread: so refused is refused for good.
            bool hasArrived = ends.Reader.Count > 0;
            if (!ends.Writer.TryWrite(item))
                return hasArrived;
            taken++;
            return false;
        });
        Assert.IsFalse(ends.Writer.TryWrite(item));
        Assert.IsTrue(taken is >= 5 and <= 12, $"{taken}");
        Task<bool> wait = ends.Writer.WaitToWriteAsync().AsTask();
        Assert.IsFalse(wait.IsCompleted);
        Assert.HasCount(100, await ends.Reader.ReadAsync().Done());
        Assert.IsTrue(await wait.Done());
        Task write = Task.CompletedTask;
        for (taken--; write.IsCompleted; taken++)
            write = ends.Writer.WriteAsync(item).AsTask();
        for (; taken > 0; taken--)
            await ends.Reader.ReadAsync().Done();
        await write.Done();
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(10)]
    [DataRow(1000)]
    public async Task MaxUnreadBytes_SmallerThanAnItem_LoneItemsPass(int maxUnreadBytes)
    {
        await using LinkEnds<byte[], NoItem> ends = await OpenOneWayAsync<byte[]>(maxUnreadBytes: maxUnreadBytes);
        int[] sizes = [100_000, 1, 5000, 0, 990, 1001, 2, 2, 300, 70_000];
        foreach (int size in sizes)
            Assert.IsTrue(ends.Writer.TryWrite(new byte[size]));
        ends.Writer.Complete();
        foreach (int size in sizes)
            Assert.HasCount(size, await ends.Reader.ReadAsync().Done());
        await ends.Reader.Completion.Done();
    }

    /// <summary>Nothing but Count tells this reader that there is something to read.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(100)]
    [DataRow(1000)]
    public async Task MaxUnreadBytes_ReaderPollsByCount_MakesProgress(int maxUnreadBytes)
    {
        const int Total = 400;
        await using LinkEnds<byte[], NoItem> ends = await OpenOneWayAsync<byte[]>(
            readSettings: new() { MaxItemBytes = 10 }, maxUnreadBytes: maxUnreadBytes);
        int written = 0, read = 0;
        await Wait.Until(() =>
        {
            while (written < Total && ends.Writer.TryWrite([(byte)written]))
                written++;
            while (ends.Reader.Count > 0)
            {
                Assert.IsTrue(ends.Reader.TryRead(out byte[]? item));
                Assert.AreEqual((byte)read++, item[0]);
            }
            return read == Total;
        });
    }

    [TestMethod]
    public async Task MaxItemBytes_LargerItem_IsRefusedByNameAndTheChannelLives()
    {
        await using LinkEnds<byte[], NoItem> ends = await OpenOneWayAsync<byte[]>(
            readSettings: new() { MaxItemBytes = 1000 }, writeSettings: new() { MaxItemBytes = 2000 });
        AssertNames(Assert.ThrowsExactly<ItemTooLargeException>(() => ends.Writer.TryWrite(new byte[1001])), 1001, 1000, "the reader's ItemOptions.MaxItemBytes");
        ValueTask write = ends.Writer.WriteAsync(new byte[2001]);
        AssertNames(await Throws<ItemTooLargeException>(write), 2001, 2000, "this end's ItemOptions.MaxItemBytes");
        Assert.IsTrue(ends.Writer.TryWrite(new byte[1000]));
        Assert.HasCount(1000, await ends.Reader.ReadAsync().Done());

        static void AssertNames(ItemTooLargeException e, long size, long limit, string setting)
        {
            Assert.AreEqual(size, e.Size);
            Assert.AreEqual(limit, e.Limit);
            StringAssert.Contains(e.Message, $"{size:N0}");
            StringAssert.Contains(e.Message, $"{limit:N0}");
            StringAssert.Contains(e.Message, setting);
        }
    }

    [TestMethod]
    public async Task ItemDropped_Throws_IsLoggedAndCountedAndTheChannelLives()
    {
        var log = new LogList();
        long counted = 0;
        using var meter = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (string.Equals(instrument.Name, "crosschannels.dropped.errors", StringComparison.Ordinal))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meter.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref counted, value));
        meter.Start();
        List<string> dropped = [];
        await using LinkEnds<string, NoItem> ends = await OpenOneWayAsync<string>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest },
            link: new() { Logger = log },
            itemDropped: item =>
            {
                dropped.Add(item);
                throw new FormatException(item);
            });
        foreach (string item in (string[])["a", "b", "c"])
            await ends.Writer.WriteAsync(item).Done();
        await ends.ArriveAsync();
        Assert.AreEqual("c", await ends.Reader.ReadAsync().Done());
        Assert.AreEqual("a b", string.Join(' ', dropped));
        Assert.AreEqual(2, log.Count("ItemDroppedFailed"));
        Assert.AreEqual("a", log.ErrorOf("ItemDroppedFailed")!.Message);
        Assert.IsGreaterThanOrEqualTo(2, Interlocked.Read(ref counted));
        await ends.Writer.WriteAsync("d").Done();
        Assert.AreEqual("d", await ends.Reader.ReadAsync().Done());
    }

    [TestMethod]
    [DataRow(BoundedChannelFullMode.DropOldest)]
    [DataRow(BoundedChannelFullMode.DropNewest)]
    [DataRow(BoundedChannelFullMode.DropWrite)]
    public async Task FullMode_Drops_AreProcessed(BoundedChannelFullMode mode)
    {
        await using LinkEnds<string, NoItem> ends = await OpenOneWayAsync<string>(
            new BoundedChannelOptions(2) { FullMode = mode }, maxUnreadBytes: 200);
        for (int i = 0; i < 500; i++)
            await ends.Writer.WriteAsync($"item {i}").Done();
        await ends.ArriveAsync();
        Assert.AreEqual(2, ends.Reader.Count);
        Assert.AreEqual(0, ends.Writer.UnreceivedCount);
        Task join = ends.Writer.JoinAsync().AsTask();
        await ends.Reader.ReadAsync().Done();
        Assert.IsFalse(join.IsCompleted);
        await ends.Reader.ReadAsync().Done();
        await join.Done();
    }

    /// <summary>What a channel that drops holds is bounded in bytes as well.</summary>
    [TestMethod]
    [DataRow(BoundedChannelFullMode.DropOldest, "3 4")]
    [DataRow(BoundedChannelFullMode.DropNewest, "0 4")]
    [DataRow(BoundedChannelFullMode.DropWrite, "0 1")]
    public async Task FullMode_TooManyBytes_AreDropped(BoundedChannelFullMode mode, string kept)
    {
        await using LinkEnds<byte[], NoItem> ends = await OpenOneWayAsync<byte[]>(
            new BoundedChannelOptions(100) { FullMode = mode }, maxUnreadBytes: 250);
        for (byte i = 0; i < 5; i++)
        {
            byte[] item = new byte[100];
            item[0] = i;
            Assert.IsTrue(ends.Writer.TryWrite(item));
        }
        await ends.ArriveAsync();
        ends.Writer.Complete();
        List<byte> read = [];
        await foreach (byte[] item in ends.Reader.ReadAllAsync())
            read.Add(item[0]);
        Assert.AreEqual(kept, string.Join(' ', read));
    }
}
