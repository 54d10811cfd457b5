using System.Diagnostics;
using System.Globalization;
using CrossChannels;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace NatsRows;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

/// <summary>One row: the same work by this library and by hand.</summary>
/// <param name="Unit">What both return; more is better for items, less for microseconds.</param>
/// <param name="Divisor">How many times fewer than the items of a throughput row it does.</param>
/// <param name="Ours">By this library.</param>
/// <param name="ByHand">By the server's own client, with the same guarantees.</param>
internal sealed record Row(string Unit, int Divisor, Func<Workplace, int, Task<double>> Ours, Func<Workplace, int, Task<double>> ByHand);

/// <summary>The rows.</summary>
internal static class Rows
{
    private const int Large = 65_536;
    private const int Small = 1_024;
    private static readonly byte[] s_item = new byte[128];
    private static readonly LeaseOptions s_leases = new() { CapacityRelease = CapacityRelease.Settled };

    public static readonly Dictionary<string, Row> All = new(StringComparer.Ordinal)
    {
        ["write"] = new("items/s", 1, (place, items) => WriteAsync(place, items, Large), (place, items) => WriteConcurrentlyAsync(place, items)),
        ["write-full"] = new("items/s", 4, (place, items) => CrossAsync(place, items, Small / 8), (place, items) => CrossByHandAsync(place, items, Small / 8)),
        ["read"] = new("items/s", 1, ReadAsync, ReadByHandAsync),
        ["lease"] = new("items/s", 4, LeaseAsync, ReadByHandAsync),
        ["end-to-end"] = new("items/s", 2, (place, items) => CrossAsync(place, items, Large), (place, items) => CrossByHandAsync(place, items, Large)),
        ["rtt"] = new("us", 20, PingAsync, PingByHandAsync),
        ["flush"] = new("us", 20, FlushAsync, PublishAsync),
        ["lock"] = new("us", 40, LockAsync, TicketAsync),
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
        await channel.Writer.JoinAsync();
        return Rate(items, started);
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
        await channel.Writer.JoinAsync();
        return Rate(items, started);
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

    private static async Task<double> PingAsync(Workplace place, int items)
    {
        await using SharedChannel<byte[]> there = await place.Channels.CreateBoundedAsync<byte[]>(place.NewChannel(), 16);
        await using SharedChannel<byte[]> back = await place.Channels.CreateBoundedAsync<byte[]>(place.NewChannel(), 16);
        Task answering = Task.Run(async () =>
        {
            for (int i = 0; i < items; i++)
                await back.Writer.WriteAsync(await there.Reader.ReadAsync());
        });
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < items; i++)
        {
            await there.Writer.WriteAsync(s_item);
            await back.Reader.ReadAsync();
        }
        await answering;
        return Each(items, started);
    }

    private static async Task<double> PingByHandAsync(Workplace place, int items)
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
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < items; i++)
        {
            await place.JetStream.PublishAsync(there, s_item);
            INatsJSMsg<byte[]>? message = await atBack.NextAsync<byte[]>();
            await message!.AckAsync();
        }
        await answering;
        return Each(items, started);
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
