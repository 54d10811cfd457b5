using System.Threading.Channels;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>Cancellation at any moment, at ends of the owner and at remote ones, loses, doubles and leaks nothing.</summary>
[TestClass]
public sealed class HubCancellationTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    [DataRow(64)]
    public async Task Storm_OnAllEnds_EveryItemOnceAndCapacityIsExactAfterwards(int capacity)
    {
        const int Writes = 800;
        await using RawHub raw = await RawHub.StartAsync();
        SharedChannel<long> channel = raw.Hub.CreateBounded<long>("longs", capacity);
        ChannelAddress address = raw.Address("longs");
        Wait.Show(channel, nameof(Storm_OnAllEnds_EveryItemOnceAndCapacityIsExactAfterwards), () => raw.Hub.GetStatus().ToString());
        CrossChannelWriter<long>[] writers = [channel.Writer, await OpenWriterAsync(address), await OpenWriterAsync(address)];
        CrossChannelReader<long>[] readers = [channel.Reader, await OpenReaderAsync(address), await OpenReaderAsync(address)];
        long next = 0;
        using var stop = new CancellationTokenSource();
        Task<List<long>>[] writing = [.. writers.SelectMany((writer, i) => new[] { WriteAsync(writer, i), WriteAsync(writer, i + 10) })];
        Task<List<long>>[] reading = [.. readers.SelectMany((reader, i) => new[] { ReadAsync(reader, i + 20, stop.Token), ReadAsync(reader, i + 30, stop.Token) })];
        List<long>[] accepted = await Task.WhenAll(writing).Done();
        // Each knows of its own items when they have all come.
        foreach (CrossChannelWriter<long> writer in writers)
            await writer.JoinAsync().Done();
        await stop.CancelAsync();
        List<long>[] received = await Task.WhenAll(reading).Done();
        long[] all = [.. accepted.SelectMany(static list => list).Order()], got = [.. received.SelectMany(static list => list).Order()];
        string lost = string.Join(' ', all.Except(got)), extra = string.Join(' ', got.Except(all)), twice = string.Join(' ', got.GroupBy(static item => item).Where(static group => group.Count() > 1).Select(static group => group.Key));
        Assert.AreEqual("lost , extra , twice ", $"lost {lost}, extra {extra}, twice {twice}");

        // No waiter is left that takes an item or a slot for itself.
        using var pause = new CancellationTokenSource();
        for (int i = 0; i < capacity; i++)
            await writers[1 + (i % 2)].WriteAsync(i).Done();
        Task tooMany = writers[1].WriteAsync(-1, pause.Token).AsTask();
        Assert.IsFalse(channel.Writer.TryWrite(-2));
        Assert.IsFalse(tooMany.IsCompleted);
        await pause.CancelAsync();
        await tooMany.Fails<OperationCanceledException>("a canceled write waits");
        var rest = new List<long>();
        while (rest.Count < capacity)
            rest.Add(await readers[rest.Count % 3].ReadAsync().Done());
        CollectionAssert.AreEqual(Enumerable.Range(0, capacity).Select(static i => (long)i).ToArray(), rest.Order().ToArray());
        channel.Writer.Complete();
        foreach (CrossChannelReader<long> reader in readers)
            Assert.IsFalse(await reader.WaitToReadAsync().Done());

        Task<List<long>> WriteAsync(CrossChannelWriter<long> writer, int seed) => Task.Run(async () =>
        {
            var random = new Random(seed);
            var mine = new List<long>();
            for (int i = 0; i < Writes; i++)
            {
                using var source = new CancellationTokenSource();
                long number = Interlocked.Increment(ref next);
                try
                {
                    if (random.Next(8) == 0)
                        Forget(writer.WaitToWriteAsync(source.Token).AsTask());
                    if (random.Next(16) == 0)
                        Forget(writer.JoinAsync(source.Token).AsTask());
                    ValueTask write = writer.WriteAsync(number, source.Token);
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
            return mine;
        });
    }

    [TestMethod]
    public async Task Storm_OnLeases_EveryItemIsSettledOnce()
    {
        const int Items = 1500;
        await using RawHub raw = await RawHub.StartAsync();
        LeasedChannel<long> channel = raw.Hub.CreateLeased<long>("work", 16);
        LeasedReader<long>[] readers =
        [
            channel.Reader, await CrossChannel.OpenLeasedReaderAsync<long>(raw.Address("work")).Done(), await CrossChannel.OpenLeasedReaderAsync<long>(raw.Address("work")).Done(),
        ];
        Task<List<long>>[] reading = [.. readers.SelectMany((reader, i) => new[] { SettleAsync(reader, i), SettleAsync(reader, i + 10) })];
        for (long number = 0; number < Items; number++)
            await channel.Writer.WriteAsync(number).Done();
        await channel.Writer.JoinAsync().Done();
        channel.Writer.Complete();
        List<long>[] settled = await Task.WhenAll(reading).Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, Items).Select(static i => (long)i).ToArray(), settled.SelectMany(static list => list).Order().ToArray());
    }

    private static Task<List<long>> SettleAsync(LeasedReader<long> reader, int seed) => Task.Run(async () =>
    {
        var random = new Random(seed);
        var mine = new List<long>();
        while (true)
        {
            using var source = new CancellationTokenSource();
            try
            {
                ValueTask<Lease<long>> read = reader.ReadAsync(source.Token);
                CancelSoon(source, random);
                using Lease<long> lease = await read;
                if (random.Next(10) == 0)
                    continue;
                // Once it is asked for, canceling takes back the wait and not the settling.
                mine.Add(lease.Item);
                if (source.IsCancellationRequested || random.Next(2) == 0)
                    lease.Complete();
                else
                    await lease.CompleteAsync(CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
            }
            catch (ChannelClosedException)
            {
                return mine;
            }
            await source.CancelAsync();
        }
    });

    private static Task<List<long>> ReadAsync(CrossChannelReader<long> reader, int seed, CancellationToken stop) => Task.Run(async () =>
    {
        var random = new Random(seed);
        var mine = new List<long>();
        while (!stop.IsCancellationRequested)
        {
            using var source = CancellationTokenSource.CreateLinkedTokenSource(stop);
            try
            {
                if (random.Next(4) == 0)
                    Forget(reader.WaitToReadAsync(source.Token).AsTask());
                ValueTask<long> read = reader.ReadAsync(source.Token);
                CancelSoon(source, random);
                mine.Add(await read);
            }
            catch (OperationCanceledException)
            {
            }
            await source.CancelAsync();
        }
        return mine;
    });

    private static void CancelSoon(CancellationTokenSource source, Random random)
    {
        switch (random.Next(4))
        {
            case 0: source.Cancel(); break;
            case 1: _ = Task.Run(() => Cancel(source)); break;
            case 2: Thread.SpinWait(random.Next(300)); source.Cancel(); break;
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
            // The call was faster.
        }
    }

    private static void Forget(Task task) => task.ContinueWith(static done => _ = done.Exception, TaskScheduler.Default);

    private static async Task<CrossChannelWriter<long>> OpenWriterAsync(ChannelAddress address) => await CrossChannel.OpenWriterAsync<long>(address).Done();

    private static async Task<CrossChannelReader<long>> OpenReaderAsync(ChannelAddress address) => await CrossChannel.OpenReaderAsync<long>(address).Done();
}
