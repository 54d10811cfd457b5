using System.Runtime.Versioning;
using System.Threading.Channels;
using CrossChannels.Tests.Hub;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>A hub, and ends of it over lanes, that are closed at any moment, from several threads, while calls are inside: a call into memory that is gone would end the process.</summary>
[TestClass]
[DoNotParallelize]
[SupportedOSPlatform("linux")]
public sealed class HubLaneDisposalTests
{
    private static readonly int s_hubs = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 4000 : 200;

    [TestMethod]
    public async Task DisposedAtAnyMoment_CallsEndAsDocumented()
    {
        int before = Mappings.Count(Environment.ProcessId);
        for (int seed = 0; seed < s_hubs; seed++)
        {
            switch (seed % 4)
            {
                case 0: await DisposePlainAsync(seed, static i => (long)i); break;
                case 1: await DisposePlainAsync(seed, static i => $"item {i}"); break;
                case 2: await DisposeLeasedAsync(seed, static i => (long)i); break;
                default: await DisposeLeasedAsync(seed, static i => $"item {i}"); break;
            }
        }
        await Wait.Until(() => Mappings.Count(Environment.ProcessId) <= before);
    }

    private static async Task DisposePlainAsync<T>(int seed, Func<int, T> make)
    {
        var random = new Random(seed);
        await using ChannelHub hub = await StartAsync();
        SharedChannel<T> channel = hub.CreateBounded<T>("c", 1 + random.Next(50));
        await using CrossChannelReader<T> reader = await CrossChannel.OpenReaderAsync<T>(channel.Address).Done();
        await StormAsync(random, hub, channel.Address, make, reader, channel.Reader, static _ => { }, () => channel.Abort(), channel.Dispose);
    }

    private static async Task DisposeLeasedAsync<T>(int seed, Func<int, T> make)
    {
        var random = new Random(seed);
        await using ChannelHub hub = await StartAsync();
        LeasedChannel<T> channel = hub.CreateLeased<T>("c", 1 + random.Next(50));
        await using LeasedReader<T> reader = await CrossChannel.OpenLeasedReaderAsync<T>(channel.Address).Done();
        await StormAsync(random, hub, channel.Address, make, reader, channel.Reader, Settle, () => channel.Abort(), channel.Dispose);

        static void Settle(Lease<T> lease)
        {
            if (lease.DeliveryCount > 1)
                lease.Complete();
            else
                lease.Dispose();
        }
    }

    private static async Task StormAsync<T, TRead>(
        Random random, ChannelHub hub, ChannelAddress address, Func<int, T> make, CrossChannelReader<TRead> reader, CrossChannelReader<TRead> owners, Action<TRead> use, Action abort, Action dispose)
    {
        await using DuplexChannel<T, NoItem> writing = await SharedEnds.OpenWriterAsync<T>(address);
        Assert.IsTrue(writing.Peer!.IsSharedMemory);
        int disposeAt = random.Next(3) == 0 ? 0 : random.Next(500);
        using var due = new ManualResetEventSlim(disposeAt == 0);
        using var over = new CancellationTokenSource();
        Task[] traffic =
        [
            Task.Run(() => TryAsync(async i =>
            {
                if (i >= disposeAt)
                    due.Set();
                await writing.Writer.WriteAsync(make(i));
            })),
            Task.Run(() => TryAsync(async i =>
            {
                writing.Writer.TryWrite(make(i));
                if (!await writing.Writer.WaitToWriteAsync())
                    throw new ChannelClosedException();
            })),
            Task.Run(() => TryAsync(async _ => use(await reader.ReadAsync()))),
            Task.Run(() => TryAsync(_ => LookAsync(reader, use))),
            Task.Run(() => TryAsync(_ => LookAsync(owners, use))),
            Task.Run(() => TryAsync(async _ =>
            {
                GC.KeepAlive(hub.GetStatus());
                await Task.Yield();
                if (over.IsCancellationRequested)
                    throw new ChannelClosedException();
            })),
        ];
        due.Done();
        Action[] closings =
        [
            writing.Dispose,
            () => writing.Abort(),
            () => writing.Writer.TryComplete(),
            writing.Writer.Dispose,
            reader.Dispose,
            owners.Dispose,
            abort,
            dispose,
            hub.Dispose,
        ];
        random.Shuffle(closings);
        await Task.WhenAll(closings[..3].Select(closing => Task.Run(closing))).Done();
        // Whatever the three did not end ends with the channel.
        abort();
        await over.CancelAsync();
        await Task.WhenAll(traffic).Done();
    }

    private static async Task LookAsync<TRead>(CrossChannelReader<TRead> reader, Action<TRead> use)
    {
        if (reader.CanCount)
            _ = reader.Count;
        if (reader.CanPeek)
            reader.TryPeek(out _);
        if (reader.TryRead(out TRead? item))
            use(item);
        if (!await reader.WaitToReadAsync())
            throw new ChannelClosedException();
    }

    private static Task<ChannelHub> StartAsync() =>
        ChannelHub.StartAsync(ChannelAddress.SharedMemory(TransportTest.UniqueName()), new HubOptions { DrainTimeout = TimeSpan.Zero }).Done();

    /// <summary>Goes on until the end, which has to be one of those that are documented.</summary>
    private static async Task TryAsync(Func<int, Task> step)
    {
        try
        {
            for (int i = 0; ; i++)
                await step(i);
        }
        catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
        {
            // The channel, or the end, is over.
        }
    }
}
