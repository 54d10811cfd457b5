using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: numbers through one channel of the base class library, with several writers and several readers.</summary>
internal sealed class ManyInProcess(string capacity, string writers, string readers) : Part
{
    private readonly int _writers = int.Parse(writers, CultureInfo.InvariantCulture);
    private readonly int _readers = int.Parse(readers, CultureInfo.InvariantCulture);
    private readonly Channel<long> _channel = Capacity.Create<long>(capacity);
    private readonly Drain _drain = new();
    private int _lasts;

    public override Task StartAsync()
    {
        for (int i = 0; i < _readers; i++)
            RunInBackground(() => ItemLoops.ReadAsync(_channel.Reader, OnLast));
        return Task.CompletedTask;
    }

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        _drain.Reset();
        long started = Stopwatch.GetTimestamp();
        double[][] figures = await Task.WhenAll(Enumerable.Range(0, _writers).Select(_ => Task.Run(() => ItemLoops.WriteAsync(
            _channel.Writer, 1, ItemLoops.Last, ItemLoops.SmallItemsPerLook, _drain.WaitAsync, duration))));
        double count = figures.Sum(static figure => figure[1]);
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }

    /// <summary>The round is over when the last item of every writer is read.</summary>
    private void OnLast()
    {
        if (Interlocked.Increment(ref _lasts) % _writers == 0)
            _drain.Signal();
    }
}
