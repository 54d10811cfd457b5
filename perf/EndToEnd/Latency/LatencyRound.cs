using System.Diagnostics;
using System.Threading.Channels;

namespace EndToEnd.Latency;

/// <summary>What the reading end saw in one round.</summary>
internal sealed class LatencyRound
{
    /// <summary>Ticks from when an item was due until it was read.</summary>
    public Histogram Latency { get; private init; } = new();

    /// <summary>Ticks from when an item was due until its write began: what the sender, or a write before that had to wait, adds.</summary>
    public Histogram Lateness { get; private init; } = new();

    /// <summary>Items a second, from the first due until the last was read.</summary>
    public double Rate { get; private set; }

    private long _firstDue;

    /// <summary>Takes one item.</summary>
    /// <returns>False if it ends the round.</returns>
    public bool Record(Stamp stamp)
    {
        long now = Stopwatch.GetTimestamp();
        if (stamp == Stamp.Last)
        {
            Rate = Latency.Count * (double)Stopwatch.Frequency / Math.Max(1, now - _firstDue);
            return false;
        }
        if (Latency.Count == 0)
            _firstDue = stamp.Due;
        Latency.Record(now - stamp.Due);
        Lateness.Record(stamp.Written - stamp.Due);
        return true;
    }

    /// <summary>Takes items up to the last of the round.</summary>
    public async Task ReadAsync(ChannelReader<Stamp> reader)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out Stamp stamp))
            {
                if (!Record(stamp))
                    return;
            }
        }
        throw new EndOfStreamException("The writer left.");
    }

    public static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    public void Clear()
    {
        Latency.Clear();
        Lateness.Clear();
        Rate = 0;
    }

    /// <summary>For the process that directs: the rate, how many figures the first histogram has, both histograms.</summary>
    public double[] ToFigures()
    {
        double[] latency = Latency.ToFigures();
        return [Rate, latency.Length, .. latency, .. Lateness.ToFigures()];
    }

    public static LatencyRound FromFigures(double[] figures)
    {
        int length = (int)figures[1];
        return new LatencyRound
        {
            Rate = figures[0],
            Latency = Histogram.FromFigures(figures.AsSpan(2, length)),
            Lateness = Histogram.FromFigures(figures.AsSpan(2 + length)),
        };
    }
}
