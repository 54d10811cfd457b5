using System.Diagnostics;
using System.Runtime.CompilerServices;
using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>A hub in a process of its own: it holds one channel, whose items it does not know.</summary>
internal sealed class HubHost(string address, int capacity, bool isLeased) : Part
{
    private ChannelHub? _hub;

    public override async Task StartAsync()
    {
        ChannelAddress channel = address;
        _hub = await ChannelHub.StartAsync(channel.WithChannel(null));
        Library.Declare(_hub, channel.Channel!, Capacity.Options(capacity), isLeased);
    }

    public override ValueTask StopAsync() => _hub?.DisposeAsync() ?? default;
}

/// <summary>Owns a shared channel and reads it, one by one.</summary>
internal sealed class OwnerReader(string address, int capacity) : Part
{
    private IAsyncDisposable? _channel;

    public override async Task StartAsync()
    {
        (_channel, CrossChannelReader<long> reader) = await Library.OwnAsync(address, capacity);
        RunInBackground(() => ItemLoops.ReadAsync(reader));
    }

    public override ValueTask StopAsync() => _channel?.DisposeAsync() ?? default;
}

/// <summary>Owns a hub with a channel each way, and sends every number of one back through the other.</summary>
internal sealed class OwnerEcho(string address) : Part
{
    /// <summary>The names of the two channels.</summary>
    public const string There = "there", Back = "back";

    private const int Capacity = 1024;

    private ChannelHub? _hub;

    public override async Task StartAsync()
    {
        _hub = await ChannelHub.StartAsync(address);
        CrossChannelReader<long> there = Library.Own(_hub, There, Capacity).Reader;
        CrossChannelWriter<long> back = Library.Own(_hub, Back, Capacity).Writer;
        RunInBackground(() => ItemLoops.EchoAsync(there, back));
    }

    public override ValueTask StopAsync() => _hub?.DisposeAsync() ?? default;
}

/// <summary>Writes a number to one channel of a hub and waits until it comes back through another.</summary>
internal sealed class SharedPinger(string address) : Part
{
    private readonly RoundTrips _trips = new();
    private CrossChannelWriter<long>? _there;
    private CrossChannelReader<long>? _back;

    public override async Task StartAsync()
    {
        ChannelAddress hub = address;
        _there = await CrossChannel.OpenWriterAsync<long>(hub.WithChannel(OwnerEcho.There));
        _back = await CrossChannel.OpenReaderAsync<long>(hub.WithChannel(OwnerEcho.Back));
    }

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration);

    public override async ValueTask StopAsync()
    {
        await (_there?.DisposeAsync() ?? default);
        await (_back?.DisposeAsync() ?? default);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TripAsync()
    {
        await _there!.WriteAsync(1);
        await _back!.ReadAsync();
    }
}

/// <summary>Reads numbers of a shared channel, one by one.</summary>
internal sealed class SharedReader(string address) : Part
{
    private CrossChannelReader<long>? _reader;

    public override async Task StartAsync()
    {
        _reader = await CrossChannel.OpenReaderAsync<long>(address);
        RunInBackground(() => ItemLoops.ReadAsync(_reader));
    }

    public override ValueTask StopAsync() => _reader?.DisposeAsync() ?? default;
}

/// <summary>Reads numbers of a leased channel and settles each by itself.</summary>
internal sealed class LeaseReader(string address) : Part
{
    private LeasedReader<long>? _reader;

    public override async Task StartAsync()
    {
        _reader = await CrossChannel.OpenLeasedReaderAsync<long>(address);
        RunInBackground(SettleAllAsync);
    }

    public override ValueTask StopAsync() => _reader?.DisposeAsync() ?? default;

    private async Task SettleAllAsync()
    {
        while (await _reader!.WaitToReadAsync())
            SettleWhatIsHere(_reader);
    }

    private static void SettleWhatIsHere(LeasedReader<long> reader)
    {
        while (reader.TryRead(out Lease<long>? lease))
            lease.Complete();
    }
}

/// <summary>Opens writers of a shared channel, each with a link of its own.</summary>
internal abstract class SharedWritersPart(string address, int count) : Part
{
    protected CrossChannelWriter<long>[] Writers { get; } = new CrossChannelWriter<long>[count];

    public override async Task StartAsync()
    {
        for (int i = 0; i < Writers.Length; i++)
            Writers[i] = await CrossChannel.OpenWriterAsync<long>(address);
    }

    public override async ValueTask StopAsync() =>
        await Task.WhenAll(Writers.Select(static writer => writer?.DisposeAsync().AsTask() ?? Task.CompletedTask));
}

/// <summary>Writers that write nothing.</summary>
internal sealed class IdleWriters(string address, int count) : SharedWritersPart(address, count);

/// <summary>Writes numbers to a shared channel, one by one. A round ends when every item in the channel is read, or settled.</summary>
internal sealed class SharedWriter(string address) : SharedWritersPart(address, 1)
{
    public override Task<double[]> RunAsync(TimeSpan duration) => ItemLoops.WriteAsync(Writers[0], duration);
}

/// <summary>Writes numbers to one shared channel over many links at once.</summary>
internal sealed class SharedWriters(string address, int count) : SharedWritersPart(address, count)
{
    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        (double rate, double[][] figures) =
            await ItemLoops.TogetherAsync(Writers.Select(writer => (Func<Task<double[]>>)(() => ItemLoops.WriteAsync(writer, duration))));
        return [rate, figures.Sum(static one => one[^1])];
    }
}

/// <summary>Writes numbers to a shared channel: in a round so many, however long it takes.</summary>
internal sealed class CountingWriter(string address, long count) : SharedWritersPart(address, 1)
{
    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        for (long i = 0; i < count; i++)
        {
            if (!Writers[0].TryWrite(i))
                await Writers[0].WriteAsync(i);
        }
        await Writers[0].JoinAsync();
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }
}
