using System.Threading.Channels;

namespace CrossChannels.Tests.Faults;

/// <summary>Cancellation at any moment loses, doubles and leaks nothing.</summary>
[TestClass]
public sealed class CancellationTests
{
    [TestMethod]
    [DataRow(1, "plain")]
    [DataRow(3, "plain")]
    [DataRow(64, "plain")]
    [DataRow(3, "text")]
    public async Task Storm_OnBothEnds_EveryItemOnce(int capacity, string kind)
    {
        if (kind == "plain")
            await StormAsync<long>(capacity, static number => number, static item => item);
        else
            await StormAsync<string>(capacity, static number => $"{number}", long.Parse);
    }

    private static async Task StormAsync<T>(int capacity, Func<long, T> make, Func<T, long> parse)
    {
        const int Workers = 4;
        const int Writes = 3000;
        await using RawListener<NoItem, T> listener = await RawListener<NoItem, T>.StartAsync(new() { Reading = new BoundedChannelOptions(capacity) });
        DuplexChannel<T, NoItem> there = await CrossChannel.ConnectAsync<T, NoItem>(listener.Address).Done("the writer waits to connect");
        DuplexChannel<NoItem, T> here = await listener.AcceptAsync();
        var accepted = new List<long>();
        var received = new List<long>();
        long next = 0;

        Task[] writers = [.. Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            var mine = new List<long>();
            for (int i = 0; i < Writes; i++)
            {
                using var source = new CancellationTokenSource();
                long number = Interlocked.Increment(ref next);
                try
                {
                    switch (random.Next(8))
                    {
                        case 0:
                            _ = there.Writer.WaitToWriteAsync(source.Token).AsTask().ContinueWith(static task => _ = task.Exception, TaskScheduler.Default);
                            break;
                        case 1:
                            _ = there.Writer.JoinAsync(source.Token).AsTask().ContinueWith(static task => _ = task.Exception, TaskScheduler.Default);
                            break;
                    }
                    ValueTask write = there.Writer.WriteAsync(make(number), source.Token);
                    CancelSoon(source, random);
                    await write;
                    mine.Add(number);
                }
                catch (OperationCanceledException)
                {
                    // It must not come.
                }
                await source.CancelAsync();
            }
            lock (accepted)
                accepted.AddRange(mine);
        }))];
        Task[] readers = [.. Enumerable.Range(Workers, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            var mine = new List<long>();
            while (true)
            {
                using var source = new CancellationTokenSource();
                try
                {
                    Task<bool>? wait = random.Next(4) == 0 ? here.Reader.WaitToReadAsync(source.Token).AsTask() : null;
                    ValueTask<T> read = here.Reader.ReadAsync(source.Token);
                    CancelSoon(source, random);
                    _ = wait?.ContinueWith(static task => _ = task.Exception, TaskScheduler.Default);
                    mine.Add(parse(await read));
                }
                catch (OperationCanceledException)
                {
                }
                catch (ChannelClosedException)
                {
                    break;
                }
                await source.CancelAsync();
            }
            lock (received)
                received.AddRange(mine);
        }))];
        await Task.WhenAll(writers).Done("the writers of the storm wait");

        // No waiter is left, and the capacity is exact: nobody reads but the storm's readers, so they end first.
        there.Writer.Complete();
        await Task.WhenAll(readers).Done("the readers of the storm wait for the end");
        received.Sort();
        accepted.Sort();
        CollectionAssert.AreEqual(accepted, received);
        await there.DisposeAsync().Done("the writer waits to close");
        await here.DisposeAsync().Done("the reader waits to close");
    }

    [TestMethod]
    public async Task AfterAStorm_PlainExchangeWorksAndCapacityIsExact()
    {
        const int Capacity = 5;
        (DuplexChannel<long, NoItem> there, DuplexChannel<NoItem, long> here) = CrossChannel.CreatePair(
            new DuplexChannelOptions<long, NoItem>(), new DuplexChannelOptions<NoItem, long> { Reading = new BoundedChannelOptions(Capacity) });
        await there.WaitForPeerAsync().Done("the pair waits to greet");
        for (int round = 0; round < 2000; round++)
        {
            using var source = new CancellationTokenSource();
            Task<long> read = here.Reader.ReadAsync(source.Token).AsTask();
            Task<bool> wait = here.Reader.WaitToReadAsync(source.Token).AsTask();
            Task cancel = Task.Run(source.Cancel);
            Task write = there.Writer.WriteAsync(round).AsTask();
            await write.Done("a write waits");
            await cancel;
            long item;
            try
            {
                item = await read.Done("a read that is canceled waits");
            }
            catch (OperationCanceledException)
            {
                item = await here.Reader.ReadAsync().Done("the read after a canceled one waits");
            }
            Assert.AreEqual(round, item);
            await ((Task)Task.WhenAny(wait)).Done("a wait that is canceled waits");
        }

        int room = 0;
        while (await there.Writer.WaitToWriteAsync(new CancellationTokenSource(room < Capacity ? 30_000 : 50).Token).AsTask()
            .ContinueWith(static task => task is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default))
        {
            Assert.IsTrue(there.Writer.TryWrite(room++));
        }
        Assert.AreEqual(Capacity, room);
        for (int i = 0; i < Capacity; i++)
            Assert.AreEqual(i, await here.Reader.ReadAsync().Done("the reader waits for an item"));
        await there.Writer.JoinAsync().Done("a join waits");
        await there.DisposeAsync().Done("the writer waits to close");
        await here.DisposeAsync().Done("the reader waits to close");
    }

    [TestMethod]
    public async Task Connect_CanceledAtAnyMoment_ListenerLives()
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync(new() { Connection = new() { MaxPendingGreetings = 2, MaxLinks = 3 } });
        using var stop = new CancellationTokenSource();
        Task accepting = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await (await listener.AcceptAsync()).DisposeAsync();
        });
        for (int round = 0; round < 100; round++)
        {
            using var source = new CancellationTokenSource();
            Task<DuplexChannel<long, NoItem>> connecting = CrossChannel.ConnectAsync<long, NoItem>(listener.Address, null, source.Token);
            CancelSoon(source, new Random(round));
            try
            {
                (await connecting.Done("a connect that is canceled waits")).Abort();
            }
            catch (OperationCanceledException)
            {
            }
        }
        await stop.CancelAsync();
        (await CrossChannel.ConnectAsync<long, NoItem>(listener.Address).Done("a peer after the storm waits to connect")).Abort();
        await accepting.Done("the accepting loop waits for its last connection");
    }

    private static void CancelSoon(CancellationTokenSource source, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                break;
            case 1:
                source.Cancel();
                break;
            case 2:
                ThreadPool.UnsafeQueueUserWorkItem(static source => Cancel(source), source, preferLocal: false);
                break;
            default:
                ThreadPool.UnsafeQueueUserWorkItem(static source => ThreadPool.UnsafeQueueUserWorkItem(static source => Cancel(source), source, preferLocal: false), source, preferLocal: false);
                break;
        }
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The operation was faster.
        }
    }
}
