using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using CrossChannels;
using EndToEnd.Latency;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Writes numbers, one by one.</summary>
internal sealed class LongWriter(string address) : ConnectingPart<long, NoItem>(address)
{
    public override Task<double[]> RunAsync(TimeSpan duration) => ItemLoops.WriteAsync(Writer, duration);
}

/// <summary>Listens and reads numbers, one by one.</summary>
internal sealed class LongReader(string address, int capacity) : ListeningPart<NoItem, long>(address)
{
    // Room for ten thousand idle ones beside the one at work.
    private const int MaxLinks = 20_000;

    protected override LinkSetup<NoItem, long> Setup { get; } = new() { Reading = Capacity.Options(capacity), MaxLinks = MaxLinks };

    protected override Task ServeAsync(Link<NoItem, long> link) => ItemLoops.ReadAsync(link.Reader);
}

/// <summary>Writes numbers, many a call.</summary>
internal sealed class BatchWriter(string address) : ConnectingPart<long, NoItem>(address)
{
    public const int ItemsPerCall = 1024;

    private readonly long[] _items = new long[ItemsPerCall];

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long count = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            await Writer.WriteManyAsync(_items);
            count += ItemsPerCall;
        }
        await Writer.JoinAsync();
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }
}

/// <summary>Listens and reads numbers, as many a call as are there.</summary>
internal sealed class BatchReader(string address) : ListeningPart<NoItem, long>(address)
{
    protected override LinkSetup<NoItem, long> Setup { get; } = new() { Reading = Capacity.Options(Capacity.Unbounded) };

    protected override async Task ServeAsync(Link<NoItem, long> link)
    {
        long[] items = new long[BatchWriter.ItemsPerCall];
        while (await link.Reader.WaitToReadAsync())
            await link.Reader.ReadManyAsync(items);
    }
}

/// <summary>Writes a number and waits until it is back.</summary>
internal class Pinger(string address) : ConnectingPart<long, long>(address)
{
    private readonly RoundTrips _trips = new();

    protected virtual int PauseMilliseconds => 0;

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration, PauseMilliseconds);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TripAsync()
    {
        await Writer.WriteAsync(1);
        await Reader.ReadAsync();
    }
}

/// <summary>The same, with a millisecond before each trip in which both ends find nothing to do.</summary>
internal sealed class PausingPinger(string address) : Pinger(address)
{
    protected override int PauseMilliseconds => 1;
}

/// <summary>Listens and sends every number back.</summary>
internal sealed class Echo(string address) : ListeningPart<long, long>(address)
{
    protected override Task ServeAsync(Link<long, long> link) => ItemLoops.EchoAsync(link.Reader, link.Writer);
}

/// <summary>Writes records.</summary>
internal sealed class RecordWriter(string address, RecordFormat format) : ConnectingPart<Measured, NoItem>(address)
{
    protected override LinkSetup<Measured, NoItem> Setup { get; } = new() { WriteSerializer = RecordCodec.Of(format).ForChannels };

    public override Task<double[]> RunAsync(TimeSpan duration) => ItemLoops.WriteAsync(Writer, Measured.Sample, Measured.Last, duration);
}

/// <summary>Listens and reads records.</summary>
internal sealed class RecordReader(string address, RecordFormat format) : ListeningPart<NoItem, Measured>(address)
{
    protected override LinkSetup<NoItem, Measured> Setup { get; } = new() { ReadSerializer = RecordCodec.Of(format).ForChannels };

    protected override async Task ServeAsync(Link<NoItem, Measured> link)
    {
        long rounds = 0;
        while (await link.Reader.WaitToReadAsync())
        {
            while (link.Reader.TryRead(out Measured? item))
                rounds += item.IsLast ? 1 : 0;
        }
    }
}

/// <summary>Writes items of bytes from one block of memory.</summary>
internal sealed class BlockWriter(string address, int bytes) : ConnectingPart<ReadOnlyMemory<byte>, NoItem>(address)
{
    /// <summary>Of a large item.</summary>
    public const int BlockBytes = 1 << 20;

    private readonly byte[] _block = new byte[bytes];

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        double[] items = await ItemLoops.WriteAsync<ReadOnlyMemory<byte>>(Writer, _block, _block, duration, ItemLoops.ItemsPerLook(bytes));
        return [items[0] * bytes, items[1]];
    }
}

/// <summary>Listens and reads items of bytes in their pooled form.</summary>
internal sealed class BlockReader(string address, int capacity) : ListeningPart<NoItem, IMemoryOwner<byte>>(address)
{
    protected override LinkSetup<NoItem, IMemoryOwner<byte>> Setup { get; } = new() { Reading = Capacity.Options(capacity) };

    protected override async Task ServeAsync(Link<NoItem, IMemoryOwner<byte>> link)
    {
        while (await link.Reader.WaitToReadAsync())
        {
            while (link.Reader.TryRead(out IMemoryOwner<byte>? block))
                block.Dispose();
        }
    }
}

/// <summary>Writes an item of bytes and waits until it is back.</summary>
internal sealed class BlockPinger(string address, int bytes) : ConnectingPart<ReadOnlyMemory<byte>, IMemoryOwner<byte>>(address)
{
    private readonly RoundTrips _trips = new();
    private readonly byte[] _item = new byte[bytes];

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TripAsync()
    {
        await Writer.WriteAsync(_item);
        using IMemoryOwner<byte> item = await Reader.ReadAsync();
    }
}

/// <summary>Listens and sends items of bytes back from the memory in which they arrived.</summary>
internal sealed class BlockEcho(string address) : ListeningPart<ReadOnlyMemory<byte>, IMemoryOwner<byte>>(address)
{
    protected override async Task ServeAsync(Link<ReadOnlyMemory<byte>, IMemoryOwner<byte>> link)
    {
        while (await link.Reader.WaitToReadAsync())
        {
            using IMemoryOwner<byte> item = await link.Reader.ReadAsync();
            await link.Writer.WriteAsync(item.Memory);
        }
    }
}

/// <summary>Listens, and writes time stamps at a rate for as long as it is told to.</summary>
internal sealed class StampWriter(string address, double rate) : ListeningPart<Stamp, long>(address)
{
    protected override async Task ServeAsync(Link<Stamp, long> link)
    {
        while (await link.Reader.WaitToReadAsync())
        {
            long ticks = await link.Reader.ReadAsync();
            TimeSpan duration = TimeSpan.FromSeconds((double)ticks / Stopwatch.Frequency);
            await OpenLoop.RunAsync(rate, duration, stamp => link.Writer.WriteAsync(stamp));
        }
    }
}

/// <summary>Reads time stamps and compares them with its own clock. A round is asked for with its length in ticks.</summary>
internal sealed class StampReader(string address, int capacity) : ConnectingPart<long, Stamp>(address)
{
    private readonly LatencyRound _round = new();

    protected override LinkSetup<long, Stamp> Setup { get; } = new() { Reading = Capacity.Options(capacity) };

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        _round.Clear();
        await Writer.WriteAsync((long)(duration.TotalSeconds * Stopwatch.Frequency));
        await _round.ReadAsync(Reader);
        return _round.ToFigures();
    }
}

/// <summary>Connects, writes one item and leaves, again and again.</summary>
internal sealed class Guest(string address) : Part
{
    private readonly ChannelAddress _address = address;
    private readonly LinkSetup<long, NoItem> _setup = new();

    public override Task<double[]> RunAsync(TimeSpan duration) => RoundTrips.MeanAsync(VisitAsync, duration);

    private async Task VisitAsync()
    {
        Link<long, NoItem> link = await Library.ConnectAsync(_address, _setup);
        await using (link.End)
            await link.Writer.WriteAsync(1);
    }
}

/// <summary>Listens, reads one item of every connection and closes it.</summary>
internal sealed class Host(string address) : ListeningPart<NoItem, long>(address)
{
    protected override async Task ServeAsync(Link<NoItem, long> link)
    {
        await using (link.End)
            await link.Reader.ReadAsync();
    }
}

/// <summary>Listens and holds every connection.</summary>
internal sealed class IdleEndpoint(string address) : ListeningPart<NoItem, long>(address)
{
    private readonly ConcurrentBag<Link<NoItem, long>> _links = [];

    protected override Task ServeAsync(Link<NoItem, long> link)
    {
        _links.Add(link);
        return Task.CompletedTask;
    }
}

/// <summary>Opens links when it starts, and does nothing with them.</summary>
internal abstract class IdlePart<TWrite, TRead>(string address, int count) : Part
{
    private readonly LinkSetup<TWrite, TRead> _setup = new();

    protected List<Link<TWrite, TRead>> Links { get; } = [];

    public override async Task StartAsync()
    {
        for (int i = 0; i < count; i++)
            Links.Add(await Library.ConnectAsync(address, _setup));
    }

    public override async ValueTask StopAsync()
    {
        foreach (Link<TWrite, TRead> link in Links)
            await link.CloseAsync();
    }
}

/// <summary>Idle links of numbers to a reader.</summary>
internal sealed class StandingIdleLinks(string address, int count) : IdlePart<long, NoItem>(address, count);

/// <summary>Idle links that go both ways.</summary>
internal sealed class StandingIdlePairs(string address, int count) : IdlePart<long, long>(address, count);

/// <summary>Idle links that are all opened in one round, however long it takes.</summary>
internal sealed class IdleLinks(string address, int count) : IdlePart<long, NoItem>(address, count)
{
    public override Task StartAsync() => Task.CompletedTask;

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        await base.StartAsync();
        return [Links.Count];
    }

    // The endpoint goes too.
    public override ValueTask StopAsync()
    {
        foreach (Link<long, NoItem> link in Links)
            link.Abort("The scenario is over.");
        return default;
    }
}
