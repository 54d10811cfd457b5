using System.Runtime.Versioning;
using System.Threading.Channels;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>What is said of links over lanes only.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class LaneLinkTests
{
    [TestMethod]
    public async Task SynchronousSight_NoTaskInBetween()
    {
        await using LinkEnds<long, NoItem> ends = await OpenAsync<long>(new BoundedChannelOptions(3));
        for (long i = 0; i < 1000; i++)
        {
            Assert.IsFalse(ends.Reader.TryRead(out _));
            Assert.IsTrue(ends.Writer.TryWrite(i));
            Assert.AreEqual(1, ends.Reader.Count);
            Assert.IsTrue(ends.Reader.TryPeek(out long peeked));
            Assert.AreEqual(i, peeked);
            Assert.IsTrue(ends.Writer.TryWrite(-i));
            Assert.IsTrue(ends.Writer.TryWrite(i));
            Assert.IsFalse(ends.Writer.TryWrite(i));
            Assert.IsFalse(ends.Writer.WaitToWriteAsync().AsTask().IsCompleted);
            Assert.IsTrue(ends.Reader.WaitToReadAsync().AsTask() is { IsCompletedSuccessfully: true, Result: true });
            Assert.IsTrue(ends.Reader.TryRead(out _));
            Assert.IsTrue(ends.Writer.WaitToWriteAsync().AsTask() is { IsCompletedSuccessfully: true, Result: true });
            Assert.IsTrue(ends.Reader.ReadAsync().AsTask().IsCompletedSuccessfully);
            Assert.IsTrue(ends.Reader.TryRead(out _));
            Assert.IsTrue(ends.Writer.FlushAsync().AsTask().IsCompletedSuccessfully);
            Assert.IsTrue(ends.Writer.JoinAsync().AsTask().IsCompletedSuccessfully);
        }
        Assert.IsTrue(ends.Writer.TryWrite(1));
        ends.Writer.Complete();
        Assert.IsFalse(ends.Reader.Completion.IsCompleted);
        Assert.IsTrue(ends.Reader.TryRead(out _));
        Assert.IsTrue(ends.Reader.Completion.IsCompletedSuccessfully);
        Assert.AreEqual(new Ending(EndingKind.Completed), ends.Reader.Ending);
        Assert.IsTrue(ends.Reader.WaitToReadAsync().AsTask() is { IsCompletedSuccessfully: true, Result: false });
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task OneEndOffersNoLane_ItemsGoOverTheSocket_AndTheLogSaysSo(bool isListenerWithout)
    {
        string name = TransportTest.UniqueName();
        var log = new LogList();
        var with = new ConnectionOptions { Logger = log };
        var without = new ConnectionOptions { SharedMemory = SharedMemoryUse.Never };
        await using DuplexChannelListener<NoItem, string> listener = await CrossChannel.ListenAsync<NoItem, string>(
            isListenerWithout ? ChannelAddress.Local(name) : ChannelAddress.SharedMemory(name), new() { Connection = isListenerWithout ? without : with }).Done();
        Task<DuplexChannel<string, NoItem>> connecting = CrossChannel.ConnectAsync<string, NoItem>(
            isListenerWithout ? ChannelAddress.SharedMemory(name) : ChannelAddress.Local(name), new() { Connection = isListenerWithout ? with : without });
        await using DuplexChannel<NoItem, string> reading = await listener.AcceptAsync().Done();
        await using DuplexChannel<string, NoItem> writing = await connecting.Done();
        Assert.IsFalse(reading.Peer!.IsSharedMemory);
        Assert.IsFalse(writing.Peer!.IsSharedMemory);
        Assert.AreEqual(1, log.Count("NoLane"));
        await writing.Writer.WriteAsync("over the socket").Done();
        Assert.AreEqual("over the socket", await reading.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task ItemsDoNotFit_IsRefusedWithBothNamed()
    {
        ChannelAddress address = ChannelAddress.SharedMemory(TransportTest.UniqueName());
        await using DuplexChannelListener<NoItem, long> listener = await CrossChannel.ListenAsync<NoItem, long>(address).Done();
        LinkRefusedException e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => CrossChannel.ConnectAsync<int, NoItem>(address).Done());
        StringAssert.Contains(e.Message, "System.Int32");
        StringAssert.Contains(e.Message, "System.Int64");
    }

    [TestMethod]
    public async Task LargeItems_ComeInOrderAmongSmallOnes()
    {
        await using LinkEnds<byte[], NoItem> ends = await OpenAsync<byte[]>(new BoundedChannelOptions(5));
        int[] sizes = [3, 5_000_000, 0, 1, 70_000, 16 << 20, 12];
        Task writing = Task.Run(async () =>
        {
            for (int lap = 0; lap < 3; lap++)
            {
                foreach (int size in sizes)
                {
                    byte[] item = new byte[size];
                    item.AsSpan().Fill((byte)size);
                    await ends.Writer.WriteAsync(item);
                }
            }
            ends.Writer.Complete();
        });
        List<int> read = [];
        await foreach (byte[] item in ends.Reader.ReadAllAsync())
        {
            Assert.IsFalse(item.AsSpan().ContainsAnyExcept((byte)item.Length));
            read.Add(item.Length);
        }
        CollectionAssert.AreEqual((int[])[.. sizes, .. sizes, .. sizes], read);
        await writing.Done();
    }

    [TestMethod]
    public async Task SeveralWritersAndReaders_EachItemOnce()
    {
        const int Each = 20_000, Tasks = 4;
        await using LinkEnds<long, NoItem> ends = await OpenAsync<long>(new BoundedChannelOptions(7));
        Task[] writing = [.. Enumerable.Range(0, Tasks).Select(writer => Task.Run(async () =>
        {
            for (long i = 0; i < Each; i++)
                await ends.Writer.WriteAsync((writer * Each) + i);
        }))];
        int[] seen = new int[Tasks * Each];
        Task[] reading = [.. Enumerable.Range(0, Tasks).Select(reader => Task.Run(async () =>
        {
            long[] many = new long[3];
            while (true)
            {
                if (reader % 2 == 0)
                {
                    if (!await ends.Reader.WaitToReadAsync())
                        return;
                    while (ends.Reader.TryRead(out long item))
                        Interlocked.Increment(ref seen[item]);
                    continue;
                }
                try
                {
                    int count = await ends.Reader.ReadManyAsync(many);
                    foreach (long item in many.AsSpan(0, count))
                        Interlocked.Increment(ref seen[item]);
                }
                catch (ChannelClosedException)
                {
                    return;
                }
            }
        }))];
        await Task.WhenAll(writing).Done();
        ends.Writer.Complete();
        await Task.WhenAll(reading).Done();
        Assert.IsTrue(seen.All(count => count == 1));
    }

    internal static async Task<LinkEnds<T, NoItem>> OpenAsync<T>(ChannelOptions reading, string test = "")
    {
        (DuplexChannel<T, NoItem> writing, DuplexChannel<NoItem, T> there) = await ChannelContract.ConnectAsync<T, NoItem>(
            ChannelAddress.SharedMemory(TransportTest.UniqueName()), null, new DuplexChannelOptions<NoItem, T> { Reading = reading });
        Assert.IsTrue(writing.Peer!.IsSharedMemory);
        return new LinkEnds<T, NoItem>(writing, there, test);
    }
}
