using System.Diagnostics;
using System.Runtime.CompilerServices;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>Looks for silent peers of the links that ask for it: one timer for all links of one clock.</summary>
internal sealed class PeerWatch
{
    private static readonly TimeSpan s_shortestPeriod = TimeSpan.FromMilliseconds(10);

    // Kept as long as its clock is: a program, or a test, may have made that clock for one link.
    private static readonly ConditionalWeakTable<TimeProvider, PeerWatch> s_watches = [];

    private readonly RankedLock _sync = new(LockRank.PeerWatch);
    private readonly HashSet<Link> _links = [];
    private readonly ITimer _timer;
    private TimeSpan _period = Timeout.InfiniteTimeSpan;
    private bool _isSettingPeriod;

    private PeerWatch(TimeProvider clock) =>
        _timer = clock.CreateTimer(static state => ((PeerWatch)state!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public static void Add(Link link)
    {
        if (link.Settings.PeerTimeout != Timeout.InfiniteTimeSpan)
            s_watches.GetValue(link.Settings.TimeProvider, static clock => new PeerWatch(clock)).AddOne(link);
    }

    public static void Remove(Link link)
    {
        if (link.Settings.PeerTimeout != Timeout.InfiniteTimeSpan && s_watches.TryGetValue(link.Settings.TimeProvider, out PeerWatch? watch))
            watch.RemoveOne(link);
    }

    private void AddOne(Link link)
    {
        using (_sync.Enter())
            _links.Add(link);
        SetPeriod();
    }

    private void RemoveOne(Link link)
    {
        bool wasThere;
        using (_sync.Enter())
            wasThere = _links.Remove(link);
        if (wasThere)
            SetPeriod();
    }

    private void SetPeriod()
    {
        while (TryBeginSettingPeriod(out TimeSpan period))
        {
            try
            {
                // The clock is the user's, so it is called under no lock.
                _timer.Change(period, period);
            }
            finally
            {
                using (_sync.Enter())
                    _isSettingPeriod = false;
            }
        }
    }

    /// <summary>Whether the timer has another period than it should have. One thread at a time sets it, and looks again when it has.</summary>
    private bool TryBeginSettingPeriod(out TimeSpan period)
    {
        using (_sync.Enter())
        {
            period = PeriodLocked();
            if (_isSettingPeriod || period == _period)
                return false;
            _period = period;
            return _isSettingPeriod = true;
        }
    }

    /// <summary>A quarter of the shortest timeout; no timer without links.</summary>
    private TimeSpan PeriodLocked()
    {
        _sync.AssertHeld();
        TimeSpan period = Timeout.InfiniteTimeSpan;
        foreach (Link link in _links)
        {
            TimeSpan quarter = link.Settings.PeerTimeout / 4;
            if (period == Timeout.InfiniteTimeSpan || quarter < period)
                period = quarter > s_shortestPeriod ? quarter : s_shortestPeriod;
        }
        return period;
    }

    private void Check()
    {
        if (Debugger.IsAttached)
            return;
        Link[] links;
        using (_sync.Enter())
            links = [.. _links];
        foreach (Link link in links)
            link.CheckPeer(link.Settings.PeerTimeout);
    }
}
