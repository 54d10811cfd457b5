using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Baseline: numbers through one channel of the base class library, with several writers and as many readers.</summary>
internal sealed class ManyInProcess(string capacity, string ends) : Part
{
    private readonly int _ends = int.Parse(ends, CultureInfo.InvariantCulture);
    private readonly Channel<long> _channel = Capacity.Create<long>(capacity);
    private readonly Drain _drain = new();
    private int _lasts;

    public override Task StartAsync()
    {
        for (int i = 0; i < _ends; i++)
            RunInBackground(() => ItemLoops.ReadAsync(_channel.Reader, OnLast));
        return Task.CompletedTask;
    }

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        _drain.Reset();
        long started = Stopwatch.GetTimestamp();
        double[][] figures = await Task.WhenAll(Enumerable.Range(0, _ends).Select(_ => Task.Run(() => ItemLoops.WriteAsync(
            _channel.Writer, 1, ItemLoops.Last, ItemLoops.SmallItemsPerLook, _drain.WaitAsync, duration))));
        double count = figures.Sum(static figure => figure[1]);
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }

    /// <summary>The round is over when the last item of every writer is read.</summary>
    private void OnLast()
    {
        if (Interlocked.Increment(ref _lasts) % _ends == 0)
            _drain.Signal();
    }
}
