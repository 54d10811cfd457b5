using System.Diagnostics;
using System.Globalization;
using CrossChannels;
using EndToEnd.Latency;

namespace EndToEnd.Parts;

/// <summary>Listens, and writes time stamps at a rate for as long as it is told to.</summary>
internal sealed class StampWriter(string address, string rate) : ListeningPart<Stamp, long>(address)
{
    private readonly double _rate = double.Parse(rate, CultureInfo.InvariantCulture);

    protected override async Task ServeAsync(DuplexChannel<Stamp, long> channel)
    {
        while (await channel.Reader.WaitToReadAsync())
        {
            long ticks = await channel.Reader.ReadAsync();
            await OpenLoop.RunAsync(_rate, TimeSpan.FromSeconds((double)ticks / Stopwatch.Frequency), stamp => channel.Writer.WriteAsync(stamp));
        }
    }
}
