using System.Diagnostics;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>Milliseconds of a hub's clock. A clock of the user's is read outside every lock, and its last reading stands under them.</summary>
internal sealed class HubClock(TimeProvider provider)
{
    private readonly bool _isSystem = ReferenceEquals(provider, TimeProvider.System);
    private long _last;

    public TimeProvider Provider => provider;

    /// <summary>Milliseconds; of a user's clock as of the last <see cref="Refresh"/>.</summary>
    public long Now => _isSystem ? (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds : Volatile.Read(ref _last);

    /// <summary>Reads a clock of the user's. Called before a lock is taken, never under it.</summary>
    public void Refresh()
    {
        if (!_isSystem)
            Read();
    }

    /// <summary>When a time from now is up; <see cref="long.MaxValue"/> for an infinite one.</summary>
    public long After(TimeSpan timeout) => timeout == Timeout.InfiniteTimeSpan ? long.MaxValue : Now + (long)timeout.TotalMilliseconds;

    private void Read()
    {
        long now = (long)provider.GetElapsedTime(0, provider.GetTimestamp()).TotalMilliseconds;
        // Of two threads that read at once the later reading stands.
        for (long last = Volatile.Read(ref _last); now > last;)
        {
            long seen = Interlocked.CompareExchange(ref _last, now, last);
            if (seen == last)
                return;
            last = seen;
        }
    }
}

/// <summary>A one-shot timer that is asked for under a lock and set outside it, because the clock may be the user's.</summary>
/// <remarks>A clock that refuses to change its timer is replaced by the system's: what waits for the timer must not wait for ever.</remarks>
/// <param name="sync">The lock under which it is asked for.</param>
/// <param name="clock">The hub's clock.</param>
/// <param name="tick">Called without a lock; it begins with <see cref="TickedLocked"/>.</param>
internal sealed class HubTimer(RankedLock sync, HubClock clock, Action tick)
{
    private ITimer? _timer;
    private long _due = long.MaxValue;
    private long _set = long.MaxValue;
    private bool _isSetting;
    private bool _isStopped;
    private bool _isSystems;

    /// <summary>Asks for a tick after so many milliseconds at the latest.</summary>
    /// <returns>Whether <see cref="Set"/> is to be called once the lock is left.</returns>
    public bool AskLocked(long delay)
    {
        sync.AssertHeld();
        long due = clock.Now + delay;
        if (_isStopped || due >= _due)
            return false;
        _due = due;
        return !_isSetting;
    }

    /// <summary>The timer has ticked, and is asked for anew.</summary>
    /// <returns>False if it is stopped.</returns>
    public bool TickedLocked()
    {
        sync.AssertHeld();
        _due = _set = long.MaxValue;
        return !_isStopped;
    }

    /// <summary>Ticks no more; <see cref="Set"/> then disposes it.</summary>
    public void StopLocked()
    {
        sync.AssertHeld();
        _isStopped = true;
        _due = long.MaxValue;
    }

    /// <summary>Does outside the lock what was asked for. One thread at a time talks to the clock, and looks again before it goes.</summary>
    public void Set()
    {
        while (true)
        {
            long due;
            bool isStopped;
            clock.Refresh();
            using (sync.Enter())
            {
                isStopped = _isStopped;
                if (_isSetting || (_due >= _set && !isStopped))
                    return;
                _isSetting = true;
                due = _set = _due;
            }
            if (isStopped)
            {
                // Nobody sets it again, since the mark that somebody does stays.
                _timer?.Dispose();
                return;
            }
            bool isSet = false;
            try
            {
                isSet = TrySet(TimeSpan.FromMilliseconds(Math.Max(0, due - clock.Now)));
            }
            finally
            {
                using (sync.Enter())
                {
                    _isSetting = false;
                    // Assigned last: only a timer that runs keeps others from setting it.
                    if (!isSet)
                        _set = long.MaxValue;
                }
            }
        }
    }

    private bool TrySet(TimeSpan delay)
    {
        _timer ??= (_isSystems ? TimeProvider.System : clock.Provider)
            .CreateTimer(static state => ((Action)state!)(), tick, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (_timer.Change(delay, Timeout.InfiniteTimeSpan))
            return true;
        _timer.Dispose();
        _timer = null;
        _isSystems = true;
        return false;
    }
}
