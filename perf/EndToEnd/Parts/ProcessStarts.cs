using System.Diagnostics;

namespace EndToEnd.Parts;

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
