using System.Diagnostics;
using System.Globalization;
using CrossChannels;
using EndToEnd.Peers;

namespace EndToEnd.Parts;

/// <summary>Writes numbers to a shared channel: in a round so many, however long it takes.</summary>
internal sealed class CountingWriter(string address, string count) : Part
{
    private CrossChannelWriter<long>? _writer;

    public override async Task StartAsync() => _writer = await CrossChannel.OpenWriterAsync<long>(address);

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long items = long.Parse(count, CultureInfo.InvariantCulture);
        for (long i = 0; i < items; i++)
        {
            if (!_writer!.TryWrite(i))
                await _writer.WriteAsync(i);
        }
        await _writer!.JoinAsync();
        return [items / Stopwatch.GetElapsedTime(started).TotalSeconds, items];
    }

    public override ValueTask StopAsync() => _writer?.DisposeAsync() ?? default;
}
