using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EndToEnd.Latency;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Does nothing: what a .NET process costs by itself.</summary>
internal sealed class Bystander : Part;

/// <summary>Plays one part many times over in one process, all at once.</summary>
/// <param name="name">Of the part.</param>
/// <param name="count">How many times.</param>
/// <param name="argument">Its one argument.</param>
internal sealed class ManyParts(string name, int count, string argument) : Part
{
    private readonly Part[] _parts = [.. Enumerable.Range(0, count).Select(_ => PartSpec.Named(name, argument).Create())];

    public static PartSpec Of<TPart>(long count, object argument)
        where TPart : Part => PartSpec.Of<ManyParts>(typeof(TPart).Name, count, argument);

    public override async Task StartAsync()
    {
        foreach (Part part in _parts)
            await part.StartAsync();
    }

    /// <returns>Items a second of all together; the mean of the first figure of each.</returns>
    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        (double rate, double[][] figures) =
            await ItemLoops.TogetherAsync(_parts.Select(part => (Func<Task<double[]>>)(() => part.RunAsync(duration))));
        return [rate, figures.Average(static one => one[0])];
    }

    public override async ValueTask StopAsync()
    {
        foreach (Part part in _parts)
            await part.StopAsync();
    }
}

/// <summary>Baseline: numbers through a channel of the base class library, a writer and a reader on two threads.</summary>
internal sealed class LongsInProcess(int capacity) : Part
{
    private readonly Channel<long> _channel = Capacity.Create<long>(capacity);
    private readonly Drain _drain = new();

    public override Task StartAsync()
    {
        RunInBackground(() => ItemLoops.ReadAsync(_channel.Reader, _drain.Signal));
        return Task.CompletedTask;
    }

    public override Task<double[]> RunAsync(TimeSpan duration)
    {
        _drain.Reset();
        return ItemLoops.WriteAsync(_channel.Writer, 1, ItemLoops.Last, _drain.WaitAsync, duration);
    }
}

/// <summary>Baseline: the same with several writers and several readers.</summary>
internal sealed class ManyInProcess(int capacity, int writers, int readers) : Part
{
    private readonly Channel<long> _channel = Capacity.Create<long>(capacity);
    private readonly Drain _drain = new();
    private int _lasts;

    public override Task StartAsync()
    {
        for (int i = 0; i < readers; i++)
            RunInBackground(() => ItemLoops.ReadAsync(_channel.Reader, OnLast));
        return Task.CompletedTask;
    }

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        _drain.Reset();
        (double rate, double[][] figures) = await ItemLoops.TogetherAsync(Enumerable.Repeat(
            () => ItemLoops.WriteAsync(_channel.Writer, 1, ItemLoops.Last, _drain.WaitAsync, duration), writers));
        return [rate, figures.Sum(static one => one[^1])];
    }

    /// <summary>The round is over when the last item of every writer is read.</summary>
    private void OnLast()
    {
        if (Interlocked.Increment(ref _lasts) % writers == 0)
            _drain.Signal();
    }
}

/// <summary>Baseline: a number there and back over two channels of the base class library, between two tasks.</summary>
internal sealed class PingInProcess : Part
{
    private readonly RoundTrips _trips = new();
    private readonly Channel<long> _there = Channel.CreateBounded<long>(1024);
    private readonly Channel<long> _back = Channel.CreateBounded<long>(1024);

    public override Task StartAsync()
    {
        RunInBackground(() => ItemLoops.EchoAsync(_there.Reader, _back.Writer));
        return Task.CompletedTask;
    }

    public override Task<double[]> RunAsync(TimeSpan duration) => _trips.RunAsync(TripAsync, duration);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TripAsync()
    {
        await _there.Writer.WriteAsync(1);
        await _back.Reader.ReadAsync();
    }
}

/// <summary>Baseline: copies a block from one place in memory to another.</summary>
internal sealed class CopyInProcess(int bytes) : Part
{
    private readonly byte[] _from = new byte[bytes];
    private readonly byte[] _to = new byte[bytes];

    public override Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long count = 0;
        do
        {
            _from.CopyTo(_to, 0);
            count++;
        }
        while (Stopwatch.GetElapsedTime(started) < duration);
        return Task.FromResult<double[]>([count * (double)bytes / Stopwatch.GetElapsedTime(started).TotalSeconds, count]);
    }
}

/// <summary>Baseline: time stamps through a channel of the base class library, a writer and a reader on two threads.</summary>
internal sealed class StampsInProcess(int capacity, double rate) : Part
{
    private readonly LatencyRound _round = new();
    private readonly Channel<Stamp> _channel = Capacity.Create<Stamp>(capacity);

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        _round.Clear();
        Task writing = Task.Run(() => OpenLoop.RunAsync(rate, duration, stamp => _channel.Writer.WriteAsync(stamp)));
        await _round.ReadAsync(_channel.Reader);
        await writing;
        return _round.ToFigures();
    }
}
