using System.Numerics;

namespace EndToEnd.Latency;

/// <summary>Counts whole numbers from 0 on in log-linear buckets: exact below 2,048, and to 0.1 % above.</summary>
/// <remarks>
/// As in HdrHistogram: each power of two is cut into 1,024 buckets of one width; recording is a shift and an increment,
/// and the memory does not depend on what is recorded.
/// </remarks>
internal sealed class Histogram
{
    private const int Bits = 10;
    private const int BucketsPerPower = 1 << Bits;
    private const int Buckets = (64 - Bits) * BucketsPerPower;

    private readonly long[] _counts = new long[Buckets];

    public long Count { get; private set; }

    /// <summary>The largest value, to the precision of its bucket; 0 if there is none.</summary>
    public long Max { get; private set; }

    /// <summary>Records one value; less than 0 counts as 0.</summary>
    public void Record(long value)
    {
        value = Math.Max(0, value);
        _counts[IndexOf(value)]++;
        Count++;
        Max = Math.Max(Max, value);
    }

    public void Add(Histogram other)
    {
        for (int i = 0; i < Buckets; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
        Max = 0;
    }

    /// <summary>The value that this many percent of all do not exceed; the upper end of its bucket, so never too small.</summary>
    /// <param name="percentile">0 to 100.</param>
    public long At(double percentile)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(percentile);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(percentile, 100);
        long rank = Math.Clamp((long)Math.Ceiling(percentile / 100 * Count), 1, Math.Max(1, Count));
        long seen = 0;
        for (int i = 0; i < Buckets; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
                return Math.Min(HighestOf(i), Max);
        }
        return 0;
    }

    /// <summary>All that was recorded, for another process: the largest value, then bucket and count in turns.</summary>
    public double[] ToFigures() =>
        [Max, .. Enumerable.Range(0, Buckets).Where(i => _counts[i] > 0).SelectMany(i => new double[] { i, _counts[i] })];

    public static Histogram FromFigures(ReadOnlySpan<double> figures)
    {
        var histogram = new Histogram { Max = (long)figures[0] };
        for (int i = 1; i < figures.Length; i += 2)
        {
            histogram._counts[(int)figures[i]] += (long)figures[i + 1];
            histogram.Count += (long)figures[i + 1];
        }
        return histogram;
    }

    private static int IndexOf(long value)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - Bits);
        return (shift << Bits) + (int)(value >> shift);
    }

    private static long HighestOf(int index)
    {
        int shift = Math.Max(0, (index >> Bits) - 1);
        return ((index - ((long)shift << Bits) + 1) << shift) - 1;
    }
}
