using System.Threading.Channels;

namespace CrossChannels.Testing;

public abstract partial class ChannelCore
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(7)]
    [DataRow(16)]
    [DataRow(1024)]
    public virtual async Task Capacity_IsExact(int capacity)
    {
        await using Ends<int> ends = await OpenBoundedAsync(capacity);
        await FillAsync(ends, capacity);
        Assert.IsFalse(ends.Writer.TryWrite(-1));
        Task[] blocked = [.. Enumerable.Range(capacity, 4).Select(i => ends.Writer.WriteAsync(i).AsTask())];
        for (int i = 0; i < blocked.Length; i++)
        {
            Assert.IsTrue(blocked[i..].All(write => !write.IsCompleted));
            ends.AssertCount(capacity);
            await AssertReadsAsync(ends.Reader, i);
            await blocked[i].Done();
            await ends.ArriveAsync();
        }
        Assert.IsFalse(ends.Writer.TryWrite(-1));
        ends.AssertCount(capacity);
    }

    /// <summary>A reader that takes a little and then stops leaves room, whenever the writer needs it.</summary>
    [TestMethod]
    [DataRow(2, 1, 1)]
    [DataRow(16, 10, 1)]
    [DataRow(16, 15, 1)]
    [DataRow(1024, 1000, 1)]
    [DataRow(1024, 1000, 127)]
    public virtual async Task Capacity_ReaderTakesAFewAndStops_WriterGetsTheRoom(int capacity, int before, int taken)
    {
        await using Ends<int> ends = await OpenBoundedAsync(capacity);
        await FillAsync(ends, before);
        await AssertReadsAsync(ends.Reader, [.. Enumerable.Range(0, taken)]);
        for (int i = before; i < capacity + taken; i++)
            await ends.Writer.WriteAsync(i).Done($"item {i}");
        await ends.ArriveAsync();
        Assert.IsFalse(ends.Writer.TryWrite(-1));
        ends.AssertCount(capacity);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(16)]
    public virtual async Task Capacity_WaitToWrite_IsTrueOnlyWithRoom(int capacity)
    {
        await using Ends<int> ends = await OpenBoundedAsync(capacity);
        Assert.IsTrue(await ends.Writer.WaitToWriteAsync().Done());
        await FillAsync(ends, capacity);
        Task<bool>[] waits = [.. Enumerable.Range(0, 3).Select(_ => ends.Writer.WaitToWriteAsync().AsTask())];
        Assert.IsTrue(waits.All(wait => !wait.IsCompleted));
        await AssertReadsAsync(ends.Reader, 0);
        foreach (Task<bool> wait in waits)
            Assert.IsTrue(await wait.Done());
        Assert.IsTrue(ends.Writer.TryWrite(capacity));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(64)]
    public async Task Polling_BothSides_MakesProgress(int capacity)
    {
        const int Total = 500;
        await using Ends<int> ends = await OpenBoundedAsync(capacity);
        int written = 0, read = 0;
        await Wait.Reach(Total, () =>
        {
            if (written < Total && ends.Writer.TryWrite(written))
                written++;
            if (ends.Reader.TryRead(out int item))
                Assert.AreEqual(read++, item);
            return read;
        });
        Assert.IsFalse(ends.Reader.TryRead(out _));
    }

    /// <summary>A reader that looks at Count, and reads only when it is not 0.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(64)]
    public virtual async Task Polling_ByCount_MakesProgress(int capacity)
    {
        const int Total = 500;
        await using Ends<int> ends = await OpenBoundedAsync(capacity);
        int written = 0, read = 0;
        await Wait.Reach(Total, () =>
        {
            if (written < Total && ends.Writer.TryWrite(written))
                written++;
            while (ends.Reader.Count > 0)
            {
                Assert.IsTrue(ends.Reader.TryRead(out int item));
                Assert.AreEqual(read++, item);
            }
            return read;
        });
        Assert.AreEqual(Total, written);
    }

    [TestMethod]
    public async Task WriteAsync_SeveralArePending_AreAdmittedInOrder()
    {
        await using Ends<int> ends = await OpenBoundedAsync(1);
        await FillAsync(ends, 1);
        Task[] writes = [.. Enumerable.Range(1, 5).Select(i => ends.Writer.WriteAsync(i).AsTask())];
        for (int i = 0; i < writes.Length; i++)
        {
            await AssertReadsAsync(ends.Reader, i);
            await writes[i].Done();
            AssertPending(writes[(i + 1)..]);
        }
        await AssertReadsAsync(ends.Reader, 5);
    }

    [TestMethod]
    public virtual async Task WaitToWriteAsync_ABlockedWriteTakesTheRoom_StaysAsleep()
    {
        await using Ends<int> ends = await OpenBoundedAsync(1);
        await FillAsync(ends, 1);
        Task<bool> wait = ends.Writer.WaitToWriteAsync().AsTask();
        Task write = ends.Writer.WriteAsync(1).AsTask();
        await AssertReadsAsync(ends.Reader, 0);
        await write.Done();
        await ends.ArriveAsync();
        Assert.IsFalse(wait.IsCompleted);
        await AssertReadsAsync(ends.Reader, 1);
        Assert.IsTrue(await wait.Done());
    }

    [TestMethod]
    public async Task WriteAsync_CanceledBeforehand_NeverAppears()
    {
        await using Ends<int> ends = await OpenBoundedAsync(4);
        var canceled = new CancellationToken(true);
        ValueTask write = ends.Writer.WriteAsync(9, canceled);
        Assert.IsTrue(write.IsCanceled);
        Assert.AreEqual(canceled, (await Throws<OperationCanceledException>(write)).CancellationToken);
        Assert.IsTrue(ends.Writer.WaitToWriteAsync(canceled).IsCanceled);
        ends.Writer.Complete();
        Assert.IsEmpty(await ReadAllAsync(ends.Reader).Done());
    }

    [TestMethod]
    public async Task WriteAsync_CanceledWhilePending_NeverAppears()
    {
        await using Ends<int> ends = await OpenBoundedAsync(1);
        await FillAsync(ends, 1);
        using var source = new CancellationTokenSource();
        Task first = ends.Writer.WriteAsync(1).AsTask();
        Task canceled = ends.Writer.WriteAsync(2, source.Token).AsTask();
        Task last = ends.Writer.WriteAsync(3).AsTask();
        Task<bool> wait = ends.Writer.WaitToWriteAsync(source.Token).AsTask();
        await source.CancelAsync();
        Assert.AreEqual(source.Token, (await Throws<OperationCanceledException>(canceled)).CancellationToken);
        Assert.AreEqual(source.Token, (await Throws<OperationCanceledException>(wait)).CancellationToken);
        await AssertReadsAsync(ends.Reader, 0, 1, 3);
        await first.Done();
        await last.Done();
        ends.Writer.Complete();
        Assert.IsEmpty(await ReadAllAsync(ends.Reader).Done());
    }

    [TestMethod]
    public virtual async Task WriteAsync_ResultTakenTwice_Throws()
    {
        await using Ends<int> ends = await OpenBoundedAsync(1);
        await FillAsync(ends, 1);
        ValueTask write = ends.Writer.WriteAsync(1);
        Assert.IsFalse(write.IsCompleted);
        var finished = new TaskCompletionSource();
        write.GetAwaiter().OnCompleted(finished.SetResult);
        await AssertReadsAsync(ends.Reader, 0);
        await finished.Task.Done();
        write.GetAwaiter().GetResult();
        Assert.ThrowsExactly<InvalidOperationException>(() => write.GetAwaiter().GetResult());
    }

    [TestMethod]
    public async Task ItemDropped_FullModeIsWait_IsNeverCalled()
    {
        int calls = 0;
        await using Ends<int> ends = await OpenAsync(new BoundedChannelOptions(1), _ => calls++);
        await FillAsync(ends, 1);
        Task write = ends.Writer.WriteAsync(1).AsTask();
        await AssertReadsAsync(ends.Reader, 0, 1);
        await write.Done();
        Assert.AreEqual(0, calls);
    }

    [TestMethod]
    public virtual async Task Unbounded_TakesAll()
    {
        await using Ends<int> ends = await OpenUnboundedAsync();
        await FillAsync(ends, 20_000);
        ends.AssertCount(20_000);
        ends.Writer.Complete();
        CollectionAssert.AreEqual(Enumerable.Range(0, 20_000).ToList(), await ReadAllAsync(ends.Reader).Done());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(64)]
    public virtual async Task ManyWritersAndReaders_NothingIsLostOrDoubled_AndEachWriterKeepsItsOrder(int capacity)
    {
        const int Writers = 4, Each = 500;
        await using Ends<int> ends = await OpenBoundedAsync(capacity);
        Task<List<int>>[] reading = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() => ReadAllAsync(ends.Reader)))];
        Task[] writing = [.. Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteAsync(w)))];
        // Each item has a deadline of its own: they are many, and some channels take long for one.
        await Task.WhenAll(writing);
        ends.Writer.Complete();
        List<int>[] read = await Task.WhenAll(reading).Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, Writers * Each).ToList(), read.SelectMany(items => items).Order().ToList());
        foreach (List<int> items in read)
        {
            foreach (IGrouping<int, int> ofOne in items.GroupBy(item => item / Each))
                CollectionAssert.AreEqual(ofOne.Order().ToList(), ofOne.ToList());
        }

        async Task WriteAsync(int writer)
        {
            for (int i = 0; i < Each; i++)
            {
                if (i % 3 != 0 || !ends.Writer.TryWrite((writer * Each) + i))
                    await ends.Writer.WriteAsync((writer * Each) + i).Done($"item {i} of writer {writer}");
            }
        }
    }

    [TestMethod]
    public virtual async Task Complete_RacesWithWriters_WhatWasAcceptedIsDelivered()
    {
        await using Ends<int> ends = await OpenBoundedAsync(8);
        Task<List<int>> reading = Task.Run(() => ReadAllAsync(ends.Reader));
        Task<int>[] writing = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(WriteUntilClosedAsync))];
        while (!writing.Any(write => write.IsCompleted) && ends.Reader.Completion is { IsCompleted: false })
        {
            if (await ends.Writer.WaitToWriteAsync().Done() && ends.Writer.TryWrite(1000))
                break;
        }
        ends.Writer.Complete();
        int accepted = (await Task.WhenAll(writing).Done()).Sum();
        List<int> read = await reading.Done();
        Assert.AreEqual(accepted, read.Count(item => item < 1000));

        async Task<int> WriteUntilClosedAsync()
        {
            int count = 0;
            try
            {
                for (; ; count++)
                    await ends.Writer.WriteAsync(count % 1000);
            }
            catch (ChannelClosedException)
            {
                return count;
            }
        }
    }
}
