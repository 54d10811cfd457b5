using System.Diagnostics;
using System.Globalization;
using CrossChannels;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace NatsRows;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

/// <summary>One row: the same work by this library and by what it is compared with.</summary>
/// <param name="Unit">What both return; more is better for items, less for microseconds.</param>
/// <param name="Divisor">How many times fewer than the items of a throughput row it does.</param>
/// <param name="Target">What the ratio should be; empty for a row that is there to be known.</param>
/// <param name="Baseline">What it is compared with.</param>
/// <param name="Ours">By this library.</param>
/// <param name="Theirs">By the server's own client, with the same guarantees, unless the baseline says otherwise.</param>
internal sealed record Row(string Unit, int Divisor, string Target, string Baseline, Func<Workplace, int, Task<double>> Ours, Func<Workplace, int, Task<double>> Theirs)
{
    /// <summary>It is measured on three servers that keep everything three times.</summary>
    public bool IsOfCluster { get; init; }
}

/// <summary>The rows.</summary>
internal static class Rows
{
    private const int Large = 65_536;
    private const int Small = 1_024;

    /// <summary>Of a row with four of each.</summary>
    private const int Ends = 4;

    /// <summary>How many times more items a hub has to carry to be busy for as long.</summary>
    private const int HubFactor = 50;

    private static readonly Func<List<double>, double> s_mean = static times => times.Average();
    private static readonly Func<List<double>, double> s_p99 = static times => times.Order().ElementAt(times.Count * 99 / 100);
    private static readonly byte[] s_item = new byte[128];
    private static readonly LeaseOptions s_leases = new() { CapacityRelease = CapacityRelease.Settled };

    public static readonly Dictionary<string, Row> All = new(StringComparer.Ordinal)
    {
        ["write"] = new("items/s", 1, ">= 2x", "concurrent publishes, 256 in flight", (place, items) => WriteAsync(place, items, Large), WriteConcurrentlyAsync),
        ["write-full"] = new("items/s", 4, ">= 3x", "one publish at a time, tried again", (place, items) => CrossAsync(place, items, Small / 8), (place, items) => CrossByHandAsync(place, items, Small / 8)),
        ["read"] = new("items/s", 1, ">= 1.25x", "ConsumeAsync and AckAsync", ReadAsync, ReadByHandAsync),
        ["lease"] = new("items/s", 4, ">= 1x", "ConsumeAsync and AckAsync", LeaseAsync, ReadByHandAsync),
        ["end-to-end"] = new("items/s", 2, ">= 0.9x", "publish one at a time, ConsumeAsync", (place, items) => CrossAsync(place, items, Large), (place, items) => CrossByHandAsync(place, items, Large)),
        ["rtt"] = new("us", 20, "<= 1.1x", "publish and NextAsync both ways", PingAsync, PingByHandAsync),
        ["rtt-p99"] = new("us", 20, "<= 1.1x", "publish and NextAsync both ways", (place, items) => PingAsync(place, items, s_p99), (place, items) => PingByHandAsync(place, items, s_p99)),
        ["flush"] = new("us", 20, "<= 1.1x", "one publish", FlushAsync, PublishAsync),
        ["lock"] = new("us", 40, "<= 1.25x", "a message if there is none, and its deletion", LockAsync, TicketAsync),
        ["4x4"] = new("items/s", 2, "", "the same with one writer and one reader", ManyToManyAsync, (place, items) => CrossAsync(place, items, Large)),
        ["r3"] = new("items/s", 2, ">= 0.9x", "publish one at a time, ConsumeAsync", (place, items) => CrossAsync(place, items, Large), (place, items) => CrossByHandAsync(place, items, Large)) { IsOfCluster = true },
        ["vs-hub"] = new("items/s", 2, "", "a hub over a Unix socket", (place, items) => CrossAsync(place, items, Large), (_, items) => CrossHubAsync(items * HubFactor, Large)),
    };

    private static double Rate(int items, long started) => items / Stopwatch.GetElapsedTime(started).TotalSeconds;

    private static double Each(int items, long started) => Stopwatch.GetElapsedTime(started).TotalMicroseconds / items;

    private static async Task<double> WriteAsync(Workplace place, int items, int capacity)
    {
        await using SharedChannel<byte[]> channel = await place.Channels.CreateBoundedAsync<byte[]>(place.NewChannel(), Math.Max(capacity, items));
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < items; i++)
            await channel.Writer.WriteAsync(s_item);
        await channel.Writer.FlushAsync();
        return Rate(items, started);
    }

    private static async Task<double> WriteConcurrentlyAsync(Workplace place, int items)
    {
        const int InFlight = 256;
        string stream = await place.MakeStreamAsync(Math.Max(Large, items));
        var futures = new Queue<NatsJSPublishConcurrentFuture>();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < items; i++)
        {
            if (futures.Count == InFlight)
                await TakeAsync(futures);
            futures.Enqueue(await place.JetStream.PublishConcurrentAsync(stream, s_item, opts: Identified(i)));
        }
        while (futures.Count > 0)
            await TakeAsync(futures);
        return Rate(items, started);

        static async Task TakeAsync(Queue<NatsJSPublishConcurrentFuture> futures)
        {
            await using NatsJSPublishConcurrentFuture future = futures.Dequeue();
            (await future.GetResponseAsync()).EnsureSuccess();
        }
    }

    private static async Task<double> ReadAsync(Workplace place, int items)
    {
        await using SharedChannel<byte[]> channel = await place.Channels.CreateBoundedAsync<byte[]>(place.NewChannel(), Math.Max(Large, items));
        for (int i = 0; i < items; i++)
            await channel.Writer.WriteAsync(s_item);
        await channel.Writer.FlushAsync();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < items; i++)
            await channel.Reader.ReadAsync();
        // As the loop by hand: the last acknowledgements may be on their way.
        double rate = Rate(items, started);
        await channel.Writer.JoinAsync();
        return rate;
    }

    private static async Task<double> LeaseAsync(Workplace place, int items)
    {
        await using LeasedChannel<byte[]> channel = await place.Channels.CreateLeasedAsync<byte[]>(place.NewChannel(), Math.Max(Large, items), s_leases);
        for (int i = 0; i < items; i++)
            await channel.Writer.WriteAsync(s_item);
        await channel.Writer.FlushAsync();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < items; i++)
        {
            Lease<byte[]> lease = await channel.Reader.ReadAsync();
            lease.Complete();
        }
        // As the loop by hand: the last acknowledgements may be on their way.
        double rate = Rate(items, started);
        await channel.Writer.JoinAsync();
        return rate;
    }

    private static async Task<double> ReadByHandAsync(Workplace place, int items)
    {
        string stream = await place.MakeStreamAsync(Math.Max(Large, items));
        for (int i = 0; i < items; i++)
            await place.Connection.PublishAsync(stream, s_item);
        (await place.JetStream.PublishAsync(stream, s_item)).EnsureSuccess();
        INatsJSConsumer consumer = await place.JetStream.GetConsumerAsync(stream, "r");
        int count = 0;
        long started = Stopwatch.GetTimestamp();
        await foreach (INatsJSMsg<byte[]> message in consumer.ConsumeAsync<byte[]>(opts: new NatsJSConsumeOpts { MaxMsgs = 256 }))
        {
            await message.AckAsync();
            if (++count == items)
                break;
        }
        return Rate(items, started);
    }

    private static async Task<double> CrossAsync(Workplace place, int items, int capacity)
    {
        await using SharedChannel<byte[]> channel = await place.Channels.CreateBoundedAsync<byte[]>(place.NewChannel(), capacity);
        long started = Stopwatch.GetTimestamp();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < items; i++)
                await channel.Writer.WriteAsync(s_item);
        });
        for (int i = 0; i < items; i++)
            await channel.Reader.ReadAsync();
        await writing;
        return Rate(items, started);
    }

    /// <summary>One publish at a time, tried again while the stream is full: the only way by hand that keeps the order.</summary>
    private static async Task<double> CrossByHandAsync(Workplace place, int items, int capacity)
    {
        string stream = await place.MakeStreamAsync(capacity);
        INatsJSConsumer consumer = await place.JetStream.GetConsumerAsync(stream, "r");
        long started = Stopwatch.GetTimestamp();
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < items; i++)
            {
                while ((await place.JetStream.PublishAsync(stream, s_item, opts: Identified(i))).Error is not null)
                    await Task.Delay(1);
            }
        });
        int count = 0;
        await foreach (INatsJSMsg<byte[]> message in consumer.ConsumeAsync<byte[]>(opts: new NatsJSConsumeOpts { MaxMsgs = 256 }))
        {
            await message.AckAsync();
            if (++count == items)
                break;
        }
        await writing;
        return Rate(items, started);
    }

    /// <summary>Each writer and reader with a connection of its own, on one channel.</summary>
    private static async Task<double> ManyToManyAsync(Workplace place, int items)
    {
        string name = place.NewChannel();
        await using SharedChannel<byte[]> channel = await place.Channels.CreateBoundedAsync<byte[]>(name, Large, new SharedChannelOptions { Completion = CompletionPolicy.Owner });
        List<CrossChannelWriter<byte[]>> writers = [];
        List<CrossChannelReader<byte[]>> readers = [];
        for (int i = 0; i < Ends; i++)
        {
            writers.Add(await (await place.ConnectOneMoreAsync()).OpenWriterAsync<byte[]>(name));
            readers.Add(await (await place.ConnectOneMoreAsync()).OpenReaderAsync<byte[]>(name));
        }
        int each = items / Ends, left = each * Ends;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long started = Stopwatch.GetTimestamp();
        Task[] reading = [.. readers.Select(reader => Task.Run(async () =>
        {
            await foreach (byte[] _ in reader.ReadAllAsync())
            {
                if (Interlocked.Decrement(ref left) == 0)
                    all.SetResult();
            }
        }))];
        Task[] writing = [.. writers.Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < each; i++)
                await writer.WriteAsync(s_item);
        }))];
        await Task.WhenAll(writing);
        await all.Task;
        double rate = Rate(each * Ends, started);
        channel.Writer.Complete();
        await Task.WhenAll(reading);
        return rate;
    }

    /// <summary>Writer, hub and reader are in this process, and each end has a socket.</summary>
    private static async Task<double> CrossHubAsync(int items, int capacity)
    {
        string directory = Directory.CreateTempSubdirectory("rows-").FullName;
        try
        {
            await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Unix(Path.Combine(directory, "hub.sock")));
            hub.CreateBounded<byte[]>("rows", capacity);
            ChannelAddress address = hub.Address.WithChannel("rows");
            await using CrossChannelWriter<byte[]> writer = await CrossChannel.OpenWriterAsync<byte[]>(address);
            await using CrossChannelReader<byte[]> reader = await CrossChannel.OpenReaderAsync<byte[]>(address);
            long started = Stopwatch.GetTimestamp();
            Task writing = Task.Run(async () =>
            {
                for (int i = 0; i < items; i++)
                    await writer.WriteAsync(s_item);
            });
            for (int i = 0; i < items; i++)
                await reader.ReadAsync();
            await writing;
            return Rate(items, started);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static Task<double> PingAsync(Workplace place, int items) => PingAsync(place, items, s_mean);

    private static async Task<double> PingAsync(Workplace place, int items, Func<List<double>, double> of)
    {
        await using SharedChannel<byte[]> there = await place.Channels.CreateBoundedAsync<byte[]>(place.NewChannel(), 16);
        await using SharedChannel<byte[]> back = await place.Channels.CreateBoundedAsync<byte[]>(place.NewChannel(), 16);
        Task answering = Task.Run(async () =>
        {
            for (int i = 0; i < items; i++)
                await back.Writer.WriteAsync(await there.Reader.ReadAsync());
        });
        List<double> times = [];
        for (int i = 0; i < items; i++)
        {
            long started = Stopwatch.GetTimestamp();
            await there.Writer.WriteAsync(s_item);
            await back.Reader.ReadAsync();
            times.Add(Each(1, started));
        }
        await answering;
        return of(times);
    }

    private static Task<double> PingByHandAsync(Workplace place, int items) => PingByHandAsync(place, items, s_mean);

    private static async Task<double> PingByHandAsync(Workplace place, int items, Func<List<double>, double> of)
    {
        string there = await place.MakeStreamAsync(16), back = await place.MakeStreamAsync(16);
        INatsJSConsumer atThere = await place.JetStream.GetConsumerAsync(there, "r"), atBack = await place.JetStream.GetConsumerAsync(back, "r");
        Task answering = Task.Run(async () =>
        {
            for (int i = 0; i < items; i++)
            {
                INatsJSMsg<byte[]>? message = await atThere.NextAsync<byte[]>();
                await message!.AckAsync();
                await place.JetStream.PublishAsync(back, message.Data);
            }
        });
        List<double> times = [];
        for (int i = 0; i < items; i++)
        {
            long started = Stopwatch.GetTimestamp();
            await place.JetStream.PublishAsync(there, s_item);
            INatsJSMsg<byte[]>? message = await atBack.NextAsync<byte[]>();
            await message!.AckAsync();
            times.Add(Each(1, started));
        }
        await answering;
        return of(times);
    }

    private static async Task<double> FlushAsync(Workplace place, int items)
    {
        await using SharedChannel<byte[]> channel = await place.Channels.CreateBoundedAsync<byte[]>(place.NewChannel(), Large);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < items; i++)
        {
            await channel.Writer.WriteAsync(s_item);
            await channel.Writer.FlushAsync();
        }
        return Each(items, started);
    }

    private static async Task<double> PublishAsync(Workplace place, int items)
    {
        string stream = await place.MakeStreamAsync(Large);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < items; i++)
            (await place.JetStream.PublishAsync(stream, s_item, opts: Identified(i))).EnsureSuccess();
        return Each(items, started);
    }

    private static async Task<double> LockAsync(Workplace place, int items)
    {
        await using CrossLock gate = await place.Channels.OpenLockAsync(place.NewChannel());
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < items; i++)
        {
            LockHold hold = await gate.AcquireAsync();
            await hold.ReleaseAsync();
        }
        return Each(items, started);
    }

    /// <summary>A message that is stored only if there is none, and deleted: no waiting, no mark of a dead holder.</summary>
    private static async Task<double> TicketAsync(Workplace place, int items)
    {
        string stream = await place.MakeStreamAsync(Large);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < items; i++)
        {
            PubAckResponse ticket = await place.JetStream.PublishAsync(stream, s_item, opts: new NatsJSPubOpts { ExpectedLastSubjectSequence = 0 });
            ticket.EnsureSuccess();
            await place.JetStream.DeleteMessageAsync(stream, new StreamMsgDeleteRequest { Seq = ticket.Seq, NoErase = true });
        }
        return Each(items, started);
    }

    private static NatsJSPubOpts Identified(int i) => new() { MsgId = i.ToString(CultureInfo.InvariantCulture) };
}
