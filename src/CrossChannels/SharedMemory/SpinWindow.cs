using System.Diagnostics;

namespace CrossChannels.SharedMemory;

/// <summary>How long it pays to spin before parking, learned from how long the last waits took.</summary>
internal struct SpinWindow
{
    private static readonly long s_most = Environment.ProcessorCount > 1 ? Stopwatch.Frequency / 20_000 : 0;

    // A wait that was parked is longer by the way through the kernel, there and back.
    private static readonly long s_worth = 4 * s_most;

    // Whom one waits for has no core if more processes are at work than there are cores; a wait for one that has takes less.
    private static readonly long s_alone = Stopwatch.Frequency / 50_000;

    private long _average;
    private long _parkedAt;

    /// <summary>For how many ticks of <see cref="Stopwatch"/> to spin; 0 where it does not pay.</summary>
    public readonly long Ticks => _average <= s_worth ? s_most : 0;

    /// <summary>Between two looks of a wait that has gone on for so long.</summary>
    public static void Pause(long waited, int spins = 1)
    {
        if (waited < s_alone)
            Thread.SpinWait(spins);
        else
            Thread.Yield();
    }

    /// <summary>A wait, spun or parked, is over.</summary>
    public void Waited(long ticks)
    {
        // One very long wait is forgotten after a few short ones.
        long bounded = Math.Min(ticks, 4 * s_worth);
        _average += (bounded - _average) / 4;
    }

    /// <summary>A wait goes on parked.</summary>
    public void Parked()
    {
        if (_parkedAt == 0)
            _parkedAt = Stopwatch.GetTimestamp();
    }

    /// <summary>A wait that was parked, if there was one, is over.</summary>
    public void Rung()
    {
        if (_parkedAt != 0)
            Waited(Stopwatch.GetTimestamp() - _parkedAt);
        _parkedAt = 0;
    }
}
