using System.Diagnostics;
using CrossChannels;
using EndToEnd.Latency;

namespace EndToEnd.Parts;

/// <summary>Reads time stamps and compares them with its own clock. A round is asked for with its length in ticks.</summary>
internal sealed class StampReader(string address, string capacity) : ConnectingPart<long, Stamp>(address)
{
    private readonly LatencyRound _round = new();

    protected override DuplexChannelOptions<long, Stamp> Options { get; } = new() { Reading = Capacity.Options(capacity) };

    public override async Task<double[]> RunAsync(TimeSpan duration)
    {
        _round.Clear();
        await Channel.Writer.WriteAsync((long)(duration.TotalSeconds * Stopwatch.Frequency));
        while (await Channel.Reader.WaitToReadAsync())
        {
            while (Channel.Reader.TryRead(out Stamp stamp))
            {
                if (!_round.Record(stamp))
                    return _round.ToFigures();
            }
        }
        throw new EndOfStreamException("The writer left.");
    }
}
