using System.Diagnostics;

namespace CrossChannels.Hub;

/// <summary>Asks the holder of a lock for a sign of life while others wait, and cuts it off if there is none. Guarded by the lock's own lock.</summary>
/// <remarks>There is no timer before somebody has waited for a remote holder, and it rests while nobody does.</remarks>
internal sealed class HolderWatch(HubLock hub, HubOptions settings)
{
    /// <summary>Half of the timeout passes twice without an answer.</summary>
    private const int MostSilentTicks = 2;

    private static readonly TimeSpan s_shortestPeriod = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider _clock = settings.Connection.TimeProvider;
    private readonly TimeSpan _period = settings.RevokeTimeout / MostSilentTicks > s_shortestPeriod ? settings.RevokeTimeout / MostSilentTicks : s_shortestPeriod;
    private ITimer? _timer;
    private LockPort? _watched;
    private long _tickedAt;
    private int _silentTicks;
    private bool _isDisposed;

    /// <summary>Holder or waiters have changed.</summary>
    public void UpdateLocked(LockQueue queue)
    {
        if (settings.RevokeTimeout == Timeout.InfiniteTimeSpan || _isDisposed)
            return;
        LockPort? suspect = queue.Waiting.Count > 0 ? queue.Holder?.Port : null;
        if (suspect == _watched)
            return;
        _watched = suspect;
        if (suspect is not null)
            Probe(suspect);
        else
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Stop()
    {
        _isDisposed = true;
        _watched = null;
        _timer?.Dispose();
    }

    /// <summary>A part of the timeout has passed.</summary>
    /// <returns>The link to end; null if there is none.</returns>
    public LockPort? TickLocked()
    {
        if (_watched is not { } port || Debugger.IsAttached)
            return null;
        // A tick that comes late says that this process itself was stopped, and the answer may be unread.
        bool isLate = _clock.GetElapsedTime(_tickedAt) > _period * 1.5;
        _tickedAt = _clock.GetTimestamp();
        if (port.IsAlive)
            Probe(port);
        else if (!isLate && ++_silentTicks >= MostSilentTicks)
            return port;
        return null;
    }

    private void Probe(LockPort port)
    {
        _silentTicks = 0;
        _tickedAt = _clock.GetTimestamp();
        port.ProbeLocked();
        _timer ??= _clock.CreateTimer(static state => ((HubLock)state!).CheckHolder(), hub, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(_period, _period);
    }
}
