using System.Threading.Channels;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers;

/// <summary>What Python's <c>Queue</c> does, between real processes: put, get, their timeouts, and its size.</summary>
[TestClass]
public sealed class ParityQueueTests
{
    [TestMethod]
    public async Task Queue_ThreeProducersTwoConsumers_EveryItemOnceAndAllEndWithoutASentinel()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<string> queue = hub.Hub.CreateBounded<string>("queue", 5, new() { Completion = CompletionPolicy.LastWriter(3) });
        SharedChannel<string> got = hub.Hub.CreateUnbounded<string>("got", sharing: new() { Completion = CompletionPolicy.LastWriter(2) });
        WorkerProcess[] workers = await Task.WhenAll(
            WorkerProcess.StartAsync(Consume, queue.Reader, got.Writer, ParityHub.Daemon),
            WorkerProcess.StartAsync(Consume, queue.Reader, got.Writer, ParityHub.Daemon),
            WorkerProcess.StartAsync(Produce, "a", queue.Writer, ParityHub.Daemon),
            WorkerProcess.StartAsync(Produce, "b", queue.Writer, ParityHub.Daemon),
            WorkerProcess.StartAsync(Produce, "c", queue.Writer, ParityHub.Daemon)).Done();

        var items = new List<string>();
        while (await got.Reader.WaitToReadAsync().Done())
        {
            while (got.Reader.TryRead(out string? item))
                items.Add(item);
        }

        CollectionAssert.AreEquivalent((string[])[.. from name in "abc" from i in Enumerable.Range(0, 20) select $"{name}{i}"], items);
        foreach (WorkerProcess worker in workers)
            (await worker.WaitForExitAsync().Done()).EnsureSuccess();
    }

    [TestMethod]
    public async Task Unbounded_NobodyReads_AllAreAcceptedAndTheBytesAreSeen()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<byte[]> queue = hub.Hub.CreateUnbounded<byte[]>("queue");
        await using WorkerProcess worker = await WorkerProcess.StartAsync(PutMany, queue.Writer, ParityHub.Daemon);
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
        ChannelStatus status = await CrossChannel.GetChannelStatusAsync(queue.Address).Done();
        Assert.AreEqual((100L, (long?)null), (status.Depth, status.Capacity));
        Assert.IsGreaterThanOrEqualTo(100 * 10_000, status.Bytes!.Value);
    }

    [TestMethod]
    public async Task Unbounded_WithALimitOfBytes_WriterWaitsForRoom()
    {
        await using ParityHub hub = await ParityHub.StartAsync(new() { Connection = new() { MaxUnsentBytes = 32 * 1024 } });
        SharedChannel<byte[]> queue = hub.Hub.CreateUnbounded<byte[]>("queue", sharing: new() { MaxQueuedBytes = 64 * 1024 }, items: new() { MaxItemBytes = 16 * 1024 });
        await using WorkerProcess worker = await WorkerProcess.StartAsync(PutUntilFull, queue.Writer, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("full", await hub.HearAsync());
        // The limit, and the window of the one writer.
        Assert.IsLessThanOrEqualTo((2 * 64 * 1024) + 10_004, (await CrossChannel.GetChannelStatusAsync(queue.Address).Done()).Bytes!.Value);
        for (int i = 0; i < 100; i++)
            Assert.HasCount(10_000, await queue.Reader.ReadAsync().Done());
        (await worker.WaitForExitAsync().Done()).EnsureSuccess();
    }

    [TestMethod]
    public async Task Put_CanBeCanceled_AndABadItemThrowsAtTheCall()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<Part> queue = hub.Hub.CreateBounded<Part>("queue", 1);
        await using WorkerProcess worker = await WorkerProcess.StartAsync(PutOddly, queue.Writer, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("canceled", await hub.HearAsync());
        StringAssert.StartsWith(await hub.HearAsync(), "bad: Json");
        Assert.AreEqual("first", (await queue.Reader.ReadAsync().Done()).Name);
        Assert.AreEqual("last", (await queue.Reader.ReadAsync().Done()).Name);
        Assert.IsFalse(await queue.Reader.WaitToReadAsync().Done());
    }

    [TestMethod]
    public async Task PutWithTimeout_TimedOutItemsNeverAppear_RoomWins()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<int> queue = hub.Hub.CreateBounded<int>("queue", 1);
        await using WorkerProcess worker = await WorkerProcess.StartAsync(PutInTime, queue.Writer, hub.Said, ParityHub.Daemon);
        foreach (string expected in (string[])["1 ok", "2 TimeoutException", "3 TimeoutException", "4 ArgumentOutOfRangeException"])
            Assert.AreEqual(expected, await hub.HearAsync());
        Assert.AreEqual(1, await queue.Reader.ReadAsync().Done());
        Assert.AreEqual("5 ok", await hub.HearAsync());
        Assert.AreEqual(5, await queue.Reader.ReadAsync().Done());
        Assert.IsFalse(await queue.Reader.WaitToReadAsync().Done());
    }

    [TestMethod]
    public async Task PutNowait_FullIsFalse_AndPollingFindsTheRoom()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<int> queue = hub.Hub.CreateBounded<int>("queue", 2);
        await using WorkerProcess worker = await WorkerProcess.StartAsync(PollPut, queue.Writer, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("full", await hub.HearAsync());
        for (int i = 0; i < 10; i++)
            Assert.AreEqual(i, await queue.Reader.ReadAsync().Done());
        Assert.IsFalse(await queue.Reader.WaitToReadAsync().Done());
    }

    [TestMethod]
    public async Task Get_EmptyTimesOutOrIsFalse_AndPollingFindsTheItem()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<int> queue = hub.Hub.CreateBounded<int>("queue", 10);
        await using WorkerProcess worker = await WorkerProcess.StartAsync(PollGet, queue.Reader, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("nothing here", await hub.HearAsync());
        Assert.AreEqual("TimeoutException", await hub.HearAsync());
        await queue.Writer.WriteAsync(7).Done();
        Assert.AreEqual("polled 7", await hub.HearAsync());
        await queue.Writer.WriteAsync(8).Done();
        Assert.AreEqual("read 8", await hub.HearAsync());
    }

    [TestMethod]
    public async Task Get_OfADeadProducer_Ends()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<string> queue = hub.Hub.CreateBounded<string>("queue", 10, new() { Completion = CompletionPolicy.LastWriter(1) });
        (DuplexChannel<NoItem, string> here, DuplexChannel<string, NoItem> there) = CrossChannel.CreatePair<NoItem, string>();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(PutAndStay, queue.Writer, there, ParityHub.Daemon);
        Assert.AreEqual("last words", await queue.Reader.ReadAsync().Done());
        Assert.AreEqual("last words", await here.Reader.ReadAsync().Done());
        worker.Kill();
        await Assert.ThrowsExactlyAsync<WritersLostException>(() => queue.Reader.WaitToReadAsync().Done());
        ConnectionLostException e = await Assert.ThrowsExactlyAsync<ConnectionLostException>(() => here.Reader.WaitToReadAsync().Done());
        Assert.AreEqual(137, e.ExitCode);
    }

    [TestMethod]
    public async Task Size_IsExactAtTheHub_AlsoForAnotherProcess()
    {
        await using ParityHub hub = await ParityHub.StartAsync();
        SharedChannel<int> queue = hub.Hub.CreateBounded<int>("queue", 3);
        await queue.Writer.WriteAsync(1).Done();
        await queue.Writer.WriteAsync(2).Done();
        await using WorkerProcess worker = await WorkerProcess.StartAsync(SaySize, queue.Address.ToString(), queue.Writer, hub.Said, ParityHub.Daemon);
        Assert.AreEqual("2 of 3", await hub.HearAsync());
        Assert.AreEqual("3 of 3", await hub.HearAsync());
        Assert.AreEqual(3, queue.Reader.Count);
    }

    internal sealed record Part(string Name, List<Part>? Parts = null);

    private static async Task Produce(string name, ChannelWriter<string> queue)
    {
        for (int i = 0; i < 20; i++)
            await queue.WriteAsync($"{name}{i}");
        queue.Complete();
    }

    private static async Task Consume(ChannelReader<string> queue, ChannelWriter<string> got)
    {
        await foreach (string item in queue.ReadAllAsync())
            await got.WriteAsync(item);
        got.Complete();
    }

    private static async Task PutMany(ChannelWriter<byte[]> queue)
    {
        for (int i = 0; i < 100; i++)
            await queue.WriteAsync(new byte[10_000]);
    }

    private static async Task PutUntilFull(ChannelWriter<byte[]> queue, ChannelWriter<string> said)
    {
        bool isFull = false;
        for (int i = 0; i < 100; i++)
        {
            if (isFull)
            {
                await queue.WriteAsync(new byte[10_000]);
            }
            else if (!queue.TryWrite(new byte[10_000]))
            {
                isFull = true;
                await said.WriteAsync("full");
                i--;
            }
        }
    }

    private static async Task PutOddly(ChannelWriter<Part> queue, ChannelWriter<string> said)
    {
        await queue.WriteAsync(new Part("first"));
        using var canceled = new CancellationTokenSource();
        Task waiting = queue.WriteAsync(new Part("never"), canceled.Token).AsTask();
        await canceled.CancelAsync();
        try
        {
            await waiting;
        }
        catch (OperationCanceledException)
        {
            await said.WriteAsync("canceled");
        }

        var ring = new Part("ring", []);
        ring.Parts!.Add(ring);
        try
        {
            await queue.WriteAsync(ring);
        }
        catch (Exception e)
        {
            await said.WriteAsync($"bad: {e.GetType().Name}");
        }
        await queue.WriteAsync(new Part("last"));
        queue.Complete();
    }

    private static async Task PutInTime(ChannelWriter<int> queue, ChannelWriter<string> said)
    {
        // From here on there is room, and a timeout of zero takes it.
        await queue.WaitToWriteAsync();
        TimeSpan[] timeouts = [TimeSpan.Zero, TimeSpan.FromMilliseconds(20), TimeSpan.Zero, TimeSpan.FromMilliseconds(-2), Timeout.InfiniteTimeSpan];
        for (int i = 0; i < timeouts.Length; i++)
        {
            string outcome = "ok";
            try
            {
                await queue.WriteAsync(i + 1, timeouts[i]);
            }
            catch (Exception e)
            {
                outcome = e.GetType().Name;
            }
            await said.WriteAsync($"{i + 1} {outcome}");
        }
        queue.Complete();
    }

    private static async Task PollPut(ChannelWriter<int> queue, ChannelWriter<string> said)
    {
        bool hasSaid = false;
        for (int i = 0; i < 10;)
        {
            if (queue.TryWrite(i))
            {
                i++;
                continue;
            }
            if (i >= 2 && !hasSaid)
            {
                hasSaid = true;
                await said.WriteAsync("full");
            }
            await Task.Yield();
        }
        queue.Complete();
    }

    private static async Task PollGet(ChannelReader<int> queue, ChannelWriter<string> said)
    {
        if (!queue.TryRead(out _))
            await said.WriteAsync("nothing here");
        try
        {
            await queue.ReadAsync(TimeSpan.FromMilliseconds(20));
        }
        catch (TimeoutException e)
        {
            await said.WriteAsync(e.GetType().Name);
        }
        int item;
        while (!queue.TryRead(out item))
            await Task.Yield();
        await said.WriteAsync($"polled {item}");
        await said.WriteAsync($"read {await queue.ReadAsync(TimeSpan.FromSeconds(30))}");
    }

    private static async Task PutAndStay(CrossChannelWriter<string> queue, DuplexChannel<string, NoItem> pipe)
    {
        await queue.WriteAsync("last words");
        await pipe.Writer.WriteAsync("last words");
        await Task.Delay(Timeout.Infinite);
    }

    private static async Task SaySize(string address, CrossChannelWriter<int> queue, ChannelWriter<string> said)
    {
        ChannelStatus status = await CrossChannel.GetChannelStatusAsync(address);
        await said.WriteAsync($"{status.Depth} of {status.Capacity}");
        await queue.WriteAsync(3);
        await queue.FlushAsync();
        status = await CrossChannel.GetChannelStatusAsync(address);
        await said.WriteAsync($"{status.Depth} of {status.Capacity}");
    }
}
