using System.Diagnostics;
using System.Globalization;
using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Writes numbers to one shared channel over many links at once.</summary>
internal sealed class SharedWriters(string address, string links) : Part
{
    private readonly CrossChannelWriter<long>[] _writers = new CrossChannelWriter<long>[int.Parse(links, CultureInfo.InvariantCulture)];

    public override async Task StartAsync()
    {
        for (int i = 0; i < _writers.Length; i++)
            _writers[i] = await CrossChannel.OpenWriterAsync<long>(address);
    }

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        double[][] figures = await Task.WhenAll(_writers.Select(writer => Task.Run(() => ItemLoops.WriteAsync(
            writer, 1, ItemLoops.Last, ItemLoops.SmallItemsPerLook, () => writer.JoinAsync().AsTask(), duration))));
        double count = figures.Sum(static figure => figure[1]);
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }

    public override async ValueTask StopAsync()
    {
        foreach (CrossChannelWriter<long>? writer in _writers)
            await (writer?.DisposeAsync() ?? default);
    }
}
