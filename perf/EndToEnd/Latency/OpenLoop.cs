using System.Diagnostics;

namespace EndToEnd.Latency;

/// <summary>An item whose way is timed, in ticks of the clock that all processes of a machine share.</summary>
/// <param name="Due">When it was meant to be written.</param>
/// <param name="Written">When the write began.</param>
internal readonly record struct Stamp(long Due, long Written)
{
    public const int Bytes = 2 * sizeof(long);

    /// <summary>Ends a round.</summary>
    public static readonly Stamp Last = new(-1, -1);
}

/// <summary>When items are meant to be sent: at a steady rate, whether or not those before are through.</summary>
/// <remarks>
/// Latency counts from the time meant. Counted from the time of the call, a sender that is held up sends less while things are slow,
/// and the items that it did not send are missing from the figures: that is coordinated omission.
/// </remarks>
/// <param name="start">When the first is due, in ticks of the clock.</param>
/// <param name="rate">Items a second.</param>
/// <param name="frequency">Ticks a second.</param>
internal readonly struct OpenLoopSchedule(long start, double rate, long frequency)
{
    /// <summary>When an item is due; the first is 0.</summary>
    public long DueTime(long item) => start + (long)(item * (frequency / rate));

    /// <summary>How many items such a time has at this rate, at least one.</summary>
    public static long Count(TimeSpan duration, double rate) => Math.Max(1, (long)(duration.TotalSeconds * rate));
}

/// <summary>Writes items when they are due. The same code for all that are compared.</summary>
internal static class OpenLoop
{
    /// <summary>The rate that means as fast as possible: each item is due when it is written.</summary>
    public const double Unpaced = 0;

    private const int ItemsPerLook = 256;

    // Delays are good to a millisecond or two; what is left is waited for by giving the core to what needs it.
    private static readonly long s_delayed = Stopwatch.Frequency * 4 / 1000;

    /// <summary>Writes for so long, then <see cref="Stamp.Last"/>.</summary>
    public static async Task RunAsync(double rate, TimeSpan duration, Func<Stamp, ValueTask> write)
    {
        if (rate == Unpaced)
            await RunUnpacedAsync(duration, write);
        else
            await RunPacedAsync(rate, duration, write);
        await write(Stamp.Last);
    }

    private static async Task RunPacedAsync(double rate, TimeSpan duration, Func<Stamp, ValueTask> write)
    {
        var schedule = new OpenLoopSchedule(Stopwatch.GetTimestamp(), rate, Stopwatch.Frequency);
        long count = OpenLoopSchedule.Count(duration, rate);
        for (long item = 0; item < count; item++)
        {
            long due = schedule.DueTime(item);
            long now = Stopwatch.GetTimestamp();
            while (now < due)
            {
                if (due - now > s_delayed)
                    await Task.Delay(1);
                else
                    Thread.Yield();
                now = Stopwatch.GetTimestamp();
            }
            await write(new Stamp(due, now));
        }
    }

    private static async Task RunUnpacedAsync(TimeSpan duration, Func<Stamp, ValueTask> write)
    {
        long end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < end)
        {
            for (int i = 0; i < ItemsPerLook; i++)
            {
                long now = Stopwatch.GetTimestamp();
                await write(new Stamp(now, now));
            }
        }
    }
}
