using System.Diagnostics;
using System.Globalization;
using EndToEnd.Peers;

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

/// <summary>Baseline: computes one item after the other in this process.</summary>
internal sealed class LoopInProcess(int items) : Part
{
    public override Task<double[]> RunAsync(TimeSpan duration) =>
        PoolWork.RunAsync(static source => Task.FromResult(Map(source)), items, duration);

    private static int[] Map(int[] source)
    {
        int[] results = new int[source.Length];
        for (int i = 0; i < source.Length; i++)
            results[i] = PoolWork.Compute(source[i]);
        return results;
    }
}

/// <summary>Measures starts of processes one by one; the same code on both sides of a pair.</summary>
internal static class ProcessStarts
{
    /// <summary>Starts one after the other, the next when the last has exited, for as long as a round lasts.</summary>
    /// <param name="startAsync">Starts a process, waits for its exit, and returns when its code began to run, by the clock that all processes share.</param>
    /// <param name="duration">Of the round.</param>
    /// <returns>The median in milliseconds, and how many starts.</returns>
    public static async Task<double[]> RunAsync(Func<Task<long>> startAsync, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        var times = new List<double>();
        do
        {
            long before = Stopwatch.GetTimestamp();
            times.Add(Stopwatch.GetElapsedTime(before, await startAsync()).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(started) < duration);
        times.Sort();
        return [times[times.Count / 2], times.Count];
    }
}

/// <summary>Baseline: starts a program whose <c>Main</c> only tells when it ran.</summary>
internal sealed class ProgramStarter : Part
{
    public override Task<double[]> RunAsync(TimeSpan duration) => ProcessStarts.RunAsync(StartProgramAsync, duration);

    private static async Task<long> StartProgramAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "EmptyProgram"))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return long.Parse(output, CultureInfo.InvariantCulture);
    }
}
