using System.Diagnostics;

namespace CrossChannels.Nats.Receiving;

/// <summary>How many items a reader asks for ahead: what it takes in 20 ms, so that a slow one keeps little from the others.</summary>
internal struct ReadAheadPace(int most)
{
    private static readonly TimeSpan s_ahead = TimeSpan.FromMilliseconds(20);

    private int _taken;
    private long _since;

    /// <summary>How many items may be here or on their way.</summary>
    public int Target { get; private set; } = 1;

    /// <summary>A reader took an item.</summary>
    public void Took()
    {
        if (most == 1)
            return;
        if (_since == 0)
            _since = Stopwatch.GetTimestamp();
        if (++_taken < Target)
            return;
        double elapsed = Math.Max(1e-6, Stopwatch.GetElapsedTime(_since).TotalSeconds);
        // At most four times what it was: the first items of a burst come faster than the rest.
        Target = (int)Math.Clamp(_taken * s_ahead.TotalSeconds / elapsed, 1, Math.Min(most, Target * 4L));
        _taken = 0;
        _since = Stopwatch.GetTimestamp();
    }
}
