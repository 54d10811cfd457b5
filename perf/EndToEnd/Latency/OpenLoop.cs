using System.Diagnostics;

namespace EndToEnd.Latency;

/// <summary>Writes items when they are due. The same code for all that are compared.</summary>
internal static class OpenLoop
{
    /// <summary>The rate that means as fast as possible: each item is due when it is written.</summary>
    public const double Unpaced = 0;

    private const int ItemsPerLook = 256;

    // Delays are good to a millisecond or two; what is left is waited for by giving the core to whoever needs it.
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
