using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub;

/// <summary>Limits in bytes, of a channel and of a hub: writers wait, nothing gets stuck, and a lone large item passes.</summary>
[TestClass]
public sealed class ByteLimitTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task MaxQueuedBytes_OwnerWrites_WaitsForRoom(bool isBounded)
    {
        var sharing = new SharedChannelOptions { MaxQueuedBytes = 1000 };
        await using SharedChannel<byte[]> owner = isBounded
            ? await CrossChannel.CreateBoundedAsync<byte[]>(Address, 100, sharing).Done()
            : await CrossChannel.CreateUnboundedAsync<byte[]>(Address, sharing: sharing).Done();
        int taken = 0;
        while (owner.Writer.TryWrite(new byte[100]))
            taken++;
        Assert.IsInRange(9, 11, taken);
        Task<bool> wait = owner.Writer.WaitToWriteAsync().AsTask();
        Task write = owner.Writer.WriteAsync(new byte[100]).AsTask();
        Assert.IsFalse(wait.IsCompleted || write.IsCompleted);
        await owner.Reader.ReadAsync().Done();
        await write.Done();
        await owner.Reader.ReadAsync().Done();
        await owner.Reader.ReadAsync().Done();
        Assert.IsTrue(await wait.Done());
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(1000)]
    [DataRow(100_000)]
    public async Task MaxQueuedBytes_ManyWritersWithLargeItems_AllPass(int maxUnreadBytes)
    {
        const int Writers = 4, Each = 15;
        int[] sizes = [300_000, 1, 70_000, 0, 5000];
        await using SharedChannel<byte[]> owner = await CrossChannel.CreateUnboundedAsync<byte[]>(Address, sharing: new() { MaxQueuedBytes = maxUnreadBytes }).Done();
        await using var writers = new RemoteWriters<byte[]>(await RemoteWriters.OpenAsync<byte[]>(owner.Address, Writers));
        await using CrossChannelReader<byte[]> reader = await CrossChannel.OpenReaderAsync<byte[]>(owner.Address, connection: new() { MaxUnreadBytes = maxUnreadBytes }).Done();
        long bytes = 0;
        int read = 0;
        Task[] reading = [.. ((CrossChannelReader<byte[]>[])[owner.Reader, reader]).Select(end => Task.Run(() => ReadAsync(end)))];
        await Task.WhenAll(writers.All.Append(owner.Writer).Select(writer => Task.Run(() => WriteAsync(writer)))).Done();
        foreach (CrossChannelWriter<byte[]> writer in writers.All)
            await writer.FlushAsync().Done();
        owner.Writer.Complete();
        await Task.WhenAll(reading).Done();
        Assert.AreEqual((Writers + 1) * Each, read);
        Assert.AreEqual((Writers + 1) * (Each / sizes.Length) * sizes.Sum(), bytes);

        async Task WriteAsync(CrossChannelWriter<byte[]> writer)
        {
            for (int i = 0; i < Each; i++)
                await writer.WriteAsync(new byte[sizes[i % sizes.Length]]);
        }

        async Task ReadAsync(CrossChannelReader<byte[]> end)
        {
            await foreach (byte[] item in end.ReadAllAsync())
            {
                Interlocked.Increment(ref read);
                Interlocked.Add(ref bytes, item.Length);
            }
        }
    }

    /// <summary>What is full in one channel makes the writers of another wait, and reading there lets them go on.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task MaxBytesOfAHub_OneChannelHoldsThem_WritersOfAnotherWait(bool isRemote)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address, new() { MaxBytes = 10_000, DrainTimeout = TimeSpan.Zero }).Done();
        SharedChannel<byte[]> first = hub.CreateUnbounded<byte[]>("first");
        SharedChannel<byte[]> second = hub.CreateUnbounded<byte[]>("second");
        for (int i = 0; i < 10; i++)
            Assert.AreEqual(i * 1004 < 10_000, first.Writer.TryWrite(new byte[1000]));
        // A channel that holds nothing may always hold one item, so that none gets stuck.
        Assert.IsTrue(second.Writer.TryWrite(new byte[5000]));
        Assert.IsFalse(second.Writer.TryWrite(new byte[1]));
        CrossChannelWriter<byte[]> writer = isRemote ? await CrossChannel.OpenWriterAsync<byte[]>(second.Address, connection: new() { MaxUnsentBytes = 1000 }).Done() : second.Writer;
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
                await writer.WriteAsync(new byte[1000]);
        });
        if (isRemote)
        {
            // It may exceed the limit by what it has credit for.
            await Wait.Until(() => second.Reader.Count > 1);
        }
        Assert.IsFalse(writing.IsCompleted);
        while (first.Reader.TryRead(out _))
        {
        }
        Assert.IsFalse(writing.IsCompleted);
        for (int i = 0; i < 501; i++)
            await second.Reader.ReadAsync().Done($"item {i}");
        await writing.Done();
        await writer.DisposeAsync().Done();
    }

    /// <summary>Several items at once, of which none could be let through for being alone.</summary>
    [TestMethod]
    public async Task Writer_FillsItsWindowToTheLastByte_AllAreTaken()
    {
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(Address, 64, new SharedChannelOptions { MaxQueuedBytes = 4 * sizeof(long) }).Done();
        await using RawPeer raw = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await raw.SendAsync(Wire.Longs(0, 5, 6, 7, 8), Wire.Counter(FrameType.Ping, 1));
        await raw.ReadFrameAsync(FrameType.Pong);
        for (long item = 5; item <= 8; item++)
            Assert.AreEqual(item, await owner.Reader.ReadAsync().Done());
    }

    /// <summary>Nobody reads, and many writers send what they can: the hub takes no more than its limit and one window a writer.</summary>
    [TestMethod]
    public async Task MaxQueuedBytes_NobodyReads_MemoryIsBounded()
    {
        const int Writers = 8, ItemBytes = 1000, Window = 64 * 1024, Limit = 100_000;
        await using SharedChannel<byte[]> owner = await CrossChannel.CreateUnboundedAsync<byte[]>(Address, sharing: new() { MaxQueuedBytes = Limit }).Done();
        await using var writers = new RemoteWriters<byte[]>(
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => CrossChannel.OpenWriterAsync<byte[]>(owner.Address, connection: new() { MaxUnsentBytes = 10_000 }))).Done());
        foreach (CrossChannelWriter<byte[]> writer in writers.All)
        {
            await Wait.Until(() =>
            {
                while (writer.TryWrite(new byte[ItemBytes]))
                {
                }
                return owner.Reader.Count * (ItemBytes + 4) >= Limit - Window;
            });
        }
        using var source = new CancellationTokenSource();
        Task[] writing = [.. writers.All.Select(writer => Task.Run(() => RemoteWriters.WriteUntilStoppedAsync(writer, new byte[ItemBytes], source.Token)))];
        await Wait.Until(() => owner.Reader.Count * (ItemBytes + 4) >= Limit);
        await source.CancelAsync();
        await Task.WhenAll(writing).Done();
        // The first writer finds no other: its window is all that the channel may hold.
        Assert.IsInRange(0, Limit + Limit + ((Writers - 1) * Window), owner.Reader.Count * (ItemBytes + 4));
        owner.Abort();
    }
}
