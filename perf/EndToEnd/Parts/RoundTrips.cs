using System.Diagnostics;

namespace EndToEnd.Parts;

/// <summary>Measures round trips one by one; the same code on both sides of a pair.</summary>
internal sealed class RoundTrips
{
    private const int MaxKept = 1 << 20;

    private readonly long[] _ticks = new long[MaxKept];

    /// <summary>Goes back and forth for as long as a round lasts.</summary>
    /// <returns>The median and the 99th percentile in microseconds, and how many round trips.</returns>
    public async Task<double[]> RunAsync(Func<ValueTask> trip, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long before = started;
        int count = 0;
        while (before < end && count < MaxKept)
        {
            await trip();
            long now = Stopwatch.GetTimestamp();
            _ticks[count++] = now - before;
            before = now;
        }
        Array.Sort(_ticks, 0, count);
        return [Microseconds(_ticks[count / 2]), Microseconds(_ticks[(int)(count * 0.99)]), count];
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
