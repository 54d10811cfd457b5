using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace CrossChannels.Nats.Tests;

/// <summary>What code that takes a ChannelReader and a ChannelWriter may rely on, over a server; what differs is listed here, by name.</summary>
[TestClass]
public sealed class ContractTests : ChannelCore, IDisposable
{
    private readonly ConcurrentBag<NatsChannels> _connections = [];

    public void Dispose()
    {
        foreach (NatsChannels nats in _connections)
            _ = nats.DisposeAsync().AsTask();
    }

    internal override async Task<Ends<int>> OpenAsync(ChannelOptions options, Action<int>? itemDropped = null, string test = "")
    {
        NatsChannels nats = await SharedServer.ConnectAsync(options is BoundedChannelOptions ? new NatsOptions { MaxUnconfirmed = 1 } : null, test: test);
        _connections.Add(nats);
        SharedChannel<int> owner = options is BoundedChannelOptions bounded
            ? await nats.CreateBoundedAsync<int>("contract", bounded).Done("the channel", test)
            : await nats.CreateUnboundedAsync<int>("contract").Done("the channel", test);
        CrossChannelWriter<int> writer = await nats.OpenWriterAsync<int>("contract").Done("the writer", test);
        CrossChannelReader<int> reader = await nats.OpenReaderAsync<int>("contract").Done("the reader", test);
        return new Ends<int>(writer, reader, owner, writer, reader) { IsWriterShared = true, IsReaderShared = true };
    }

    internal override void AssertError(Exception expected, Exception? actual)
    {
        RemoteChannelException remote = Assert.IsInstanceOfType<RemoteChannelException>(actual);
        Assert.AreEqual(expected.GetType().FullName, remote.RemoteTypeName);
        Assert.AreEqual(expected.Message, remote.RemoteMessage);
    }

    /// <remarks>The next write is let in when the server has answered for the one before, which may be at once.</remarks>
    internal override void AssertPending(Task[] writes)
    {
    }

    // What differs from a hub, and what holds instead: beside the capacity, each writer has accepted its window, here one item.

    [TestMethod]
    [DataRow(2)]
    [DataRow(16)]
    public override async Task Capacity_IsExact(int capacity)
    {
        await using Ends<int> ends = await OpenFullAsync(capacity);
        Task blocked = ends.Writer.WriteAsync(capacity + 1).AsTask();
        Assert.IsFalse(blocked.IsCompleted);
        await AssertReadsAsync(ends.Reader, 0);
        await blocked.Done();
        await AssertReadsAsync(ends.Reader, [.. Enumerable.Range(1, capacity + 1)]);
    }

    [TestMethod]
    [DataRow(16, 10, 1)]
    public override async Task Capacity_ReaderTakesAFewAndStops_WriterGetsTheRoom(int capacity, int before, int taken)
    {
        await using Ends<int> ends = await OpenBoundedAsync(capacity);
        await FillAsync(ends, before);
        await AssertReadsAsync(ends.Reader, [.. Enumerable.Range(0, taken)]);
        for (int i = before; i < capacity + taken; i++)
            await ends.Writer.WriteAsync(i).Done($"item {i}");
        await ends.ArriveAsync();
        Assert.IsTrue(ends.Writer.TryWrite(capacity + taken));
        Assert.IsFalse(ends.Writer.TryWrite(-1));
        await AssertReadsAsync(ends.Reader, [.. Enumerable.Range(taken, capacity + 1)]);
    }

    [TestMethod]
    [DataRow(2)]
    public override async Task Capacity_WaitToWrite_IsTrueOnlyWithRoom(int capacity)
    {
        await using Ends<int> ends = await OpenFullAsync(capacity);
        Task<bool>[] waits = [.. Enumerable.Range(0, 3).Select(_ => ends.Writer.WaitToWriteAsync().AsTask())];
        Assert.IsTrue(waits.All(static wait => !wait.IsCompleted));
        await AssertReadsAsync(ends.Reader, 0);
        foreach (Task<bool> wait in waits)
            Assert.IsTrue(await wait.Done());
        await AssertReadsAsync(ends.Reader, [.. Enumerable.Range(1, capacity)]);
    }

    [TestMethod]
    public override async Task WaitToWriteAsync_ABlockedWriteTakesTheRoom_StaysAsleep()
    {
        await using Ends<int> ends = await OpenFullAsync(1);
        Task<bool> wait = ends.Writer.WaitToWriteAsync().AsTask();
        Task write = ends.Writer.WriteAsync(2).AsTask();
        await AssertReadsAsync(ends.Reader, 0);
        await write.Done();
        Assert.IsFalse(wait.IsCompleted);
        await AssertReadsAsync(ends.Reader, 1, 2);
        Assert.IsTrue(await wait.Done());
    }

    [TestMethod]
    public override async Task WriteAsync_ResultTakenTwice_Throws()
    {
        await using Ends<int> ends = await OpenFullAsync(1);
        ValueTask write = ends.Writer.WriteAsync(2);
        Assert.IsFalse(write.IsCompleted);
        var finished = new TaskCompletionSource();
        write.GetAwaiter().OnCompleted(finished.SetResult);
        await AssertReadsAsync(ends.Reader, 0);
        await finished.Task.Done();
        write.GetAwaiter().GetResult();
        Assert.ThrowsExactly<InvalidOperationException>(() => write.GetAwaiter().GetResult());
        await AssertReadsAsync(ends.Reader, 1, 2);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public override async Task Complete_WritersArePending_TheirItemsAreNotDelivered(bool withError)
    {
        await using Ends<int> ends = await OpenFullAsync(2);
        Task first = ends.Writer.WriteAsync(3).AsTask();
        Task second = ends.Writer.WriteAsync(4).AsTask();
        Task<bool> wait = ends.Writer.WaitToWriteAsync().AsTask();
        FormatException? error = withError ? new FormatException("broken") : null;
        ends.Writer.Complete(error);
        Assert.AreSame(error, (await Throws<ChannelClosedException>(first)).InnerException);
        Assert.AreSame(error, (await Throws<ChannelClosedException>(second)).InnerException);
        if (withError)
            Assert.AreSame(error, await Throws<FormatException>(wait));
        else
            Assert.IsFalse(await wait.Done());
        // What the window had accepted counts.
        await AssertReadsAsync(ends.Reader, 0, 1, 2);
        await Throws<ChannelClosedException, int>(ends.Reader.ReadAsync());
    }

    /// <summary>Writers that always have an item blocked take all the room of a window of one, so that one who waits for room before it completes may wait for ever.</summary>
    [TestMethod]
    public override async Task Complete_RacesWithWriters_WhatWasAcceptedIsDelivered()
    {
        const int Before = 20;
        await using Ends<int> ends = await OpenBoundedAsync(8);
        var some = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<int> reading = Task.Run(async () =>
        {
            int count = 0;
            await foreach (int _ in ends.Reader.ReadAllAsync())
            {
                if (++count == Before)
                    some.SetResult();
            }
            return count;
        });
        Task<int>[] writing = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(WriteUntilClosedAsync))];
        await some.Task.Done();
        ends.Writer.Complete();
        Assert.AreEqual((await Task.WhenAll(writing).Done()).Sum(), await reading.Done());

        async Task<int> WriteUntilClosedAsync()
        {
            int count = 0;
            try
            {
                for (; ; count++)
                    await ends.Writer.WriteAsync(count);
            }
            catch (ChannelClosedException)
            {
                return count;
            }
        }
    }

    [TestMethod]
    public override async Task Complete_WritersContinuationBlocks_ReturnsBeforeIt()
    {
        await using Ends<int> ends = await OpenFullAsync(1);
        Task write = ends.Writer.WriteAsync(2).AsTask();
        ends.Writer.Complete();
        await Throws<ChannelClosedException>(write);
        await AssertReadsAsync(ends.Reader, 0, 1);
    }

    /// <summary>A server's channel has any number of readers, also at one end.</summary>
    [TestMethod]
    public override async Task SingleReader_Unbounded_ASecondPendingReadCancelsTheFirst()
    {
        await using Ends<int> ends = await OpenAsync(new UnboundedChannelOptions { SingleReader = true });
        Task<int> first = ends.Reader.ReadAsync().AsTask();
        Task<int> second = ends.Reader.ReadAsync().AsTask();
        await FillAsync(ends, 2);
        Assert.AreEqual(0, await first.Done());
        Assert.AreEqual(1, await second.Done());
    }

    /// <summary>What is there is what has come to this reader.</summary>
    [TestMethod]
    public override async Task ReadAllAsync_CanceledOnTheWay_DrainsWhatIsThereFirst()
    {
        await using Ends<int> ends = await OpenBoundedAsync(8);
        await FillAsync(ends, 5);
        using var source = new CancellationTokenSource();
        List<int> items = [];
        Task reading = Task.Run(async () =>
        {
            await foreach (int item in ends.Reader.ReadAllAsync(source.Token))
            {
                items.Add(item);
                await source.CancelAsync();
            }
        });
        await Throws<OperationCanceledException>(reading);
        Assert.IsNotEmpty(items);
        await AssertReadsAsync(ends.Reader, [.. Enumerable.Range(items.Count, 5 - items.Count)]);
    }

    // The same with fewer items, because each is stored.

    [TestMethod]
    public override async Task Unbounded_TakesAll()
    {
        await using Ends<int> ends = await OpenUnboundedAsync();
        await FillAsync(ends, 1_000);
        ends.Writer.Complete();
        CollectionAssert.AreEqual(Enumerable.Range(0, 1_000).ToList(), await ReadAllAsync(ends.Reader).Done());
    }

    [TestMethod]
    [DataRow(64)]
    public override Task ManyWritersAndReaders_NothingIsLostOrDoubled_AndEachWriterKeepsItsOrder(int capacity) =>
        base.ManyWritersAndReaders_NothingIsLostOrDoubled_AndEachWriterKeepsItsOrder(capacity);

    /// <summary>A channel that is full, and a writer whose window is: 0, 1, 2 and so on up to the capacity.</summary>
    private async Task<Ends<int>> OpenFullAsync(int capacity, [CallerMemberName] string test = "")
    {
        Ends<int> ends = await OpenBoundedAsync(capacity, test);
        await FillAsync(ends, capacity);
        Assert.IsTrue(ends.Writer.TryWrite(capacity));
        Assert.IsFalse(ends.Writer.TryWrite(-1));
        return ends;
    }
}
