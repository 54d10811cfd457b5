using System.Diagnostics;

namespace EndToEnd.Parts;

/// <summary>What tasks of a pool do, and how many of them a second are done; the same code on both sides of a pair.</summary>
internal static class PoolWork
{
    private const int Steps = 400_000;

    /// <summary>Nothing.</summary>
    public static int Empty(int item) => 0;

    /// <summary>Computes for about a millisecond, without memory.</summary>
    public static int Compute(int item)
    {
        uint state = (uint)item + 1;
        for (int i = 0; i < Steps; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
        }
        return (int)state;
    }

    /// <summary>One map after the other for as long as a round lasts.</summary>
    /// <returns>Tasks a second, and how many.</returns>
    public static async Task<double[]> RunAsync(Func<int[], Task<int[]>> mapAsync, int items, TimeSpan duration)
    {
        int[] source = [.. Enumerable.Range(0, items)];
        long started = Stopwatch.GetTimestamp();
        long count = 0;
        do
        {
            int[] results = await mapAsync(source);
            count += results.Length;
        }
        while (Stopwatch.GetElapsedTime(started) < duration);
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }
}
