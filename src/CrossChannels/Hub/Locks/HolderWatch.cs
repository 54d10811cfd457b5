using System.Diagnostics;
using CrossChannels.Threading;

namespace CrossChannels.Hub;

/// <summary>Asks the holder of a lock for a sign of life while others wait, and names it if there is none. Guarded by the lock's own lock.</summary>
/// <remarks>There is no timer before a remote holder has been waited for, and it rests while none is.</remarks>
internal sealed class HolderWatch
{
    /// <summary>Half of the timeout passes twice without an answer.</summary>
    private const int MostSilentTicks = 2;

    private const long ShortestPeriodMilliseconds = 10;

    private readonly HubClock _clock;
    private readonly long _period;
    private LockPort? _watched;
    private long _tickedAt;
    private int _silentTicks;

    /// <param name="sync">The lock's own lock.</param>
    /// <param name="clock">The hub's clock.</param>
    /// <param name="revokeTimeout">How long a holder may be silent.</param>
    /// <param name="tick">Called without a lock when it is time for <see cref="TickLocked"/>.</param>
    public HolderWatch(RankedLock sync, HubClock clock, TimeSpan revokeTimeout, Action tick)
    {
        _clock = clock;
        _period = revokeTimeout == Timeout.InfiniteTimeSpan ? 0 : Math.Max(ShortestPeriodMilliseconds, (long)(revokeTimeout / MostSilentTicks).TotalMilliseconds);
        Timer = new HubTimer(sync, clock, tick);
    }

    public HubTimer Timer { get; }

    /// <summary>Holder or waiters have changed.</summary>
    public void UpdateLocked(LockQueue queue)
    {
        LockPort? suspect = queue.Waiting.Count > 0 ? queue.Holder?.Port : null;
        if (_period == 0 || suspect == _watched)
            return;
        _watched = suspect;
        if (suspect is not null)
            ProbeLocked(suspect);
    }

    public void StopLocked()
    {
        _watched = null;
        Timer.StopLocked();
    }

    /// <summary>A part of the timeout has passed.</summary>
    /// <returns>The link that did not answer; null if there is none.</returns>
    public LockPort? TickLocked()
    {
        if (!Timer.TickedLocked() || _watched is not { } port)
            return null;
        // A tick that comes late says that this process itself was stopped, and the answer may be unread.
        bool isLate = _clock.Now - _tickedAt > _period * 3 / 2;
        if (port.IsAlive)
        {
            ProbeLocked(port);
            return null;
        }
        bool isSilent = !Debugger.IsAttached && !isLate && ++_silentTicks >= MostSilentTicks;
        RestLocked();
        return isSilent ? port : null;
    }

    private void ProbeLocked(LockPort port)
    {
        _silentTicks = 0;
        port.ProbeLocked();
        RestLocked();
    }

    private void RestLocked()
    {
        _tickedAt = _clock.Now;
        Timer.AskLocked(_period);
    }
}
