using System.Diagnostics;

namespace EndToEnd.Parts;

/// <summary>The loop of <see cref="ItemLoops.WriteAsync"/> for what blocks.</summary>
internal static class BlockingLoops
{
    /// <inheritdoc cref="ItemLoops.WriteAsync"/>
    public static double[] Write<T>(Action<T> write, T item, T last, int itemsPerLook, Action drained, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long count = 1;
        while (Stopwatch.GetTimestamp() < end)
        {
            for (int i = 0; i < itemsPerLook; i++)
                write(item);
            count += itemsPerLook;
        }
        write(last);
        drained();
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }
}
