using System.Collections.Concurrent;
using System.Diagnostics;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>Looks for silent peers of the links that ask for it: one timer for all links of one clock.</summary>
internal sealed class PeerWatch
{
    private static readonly TimeSpan s_shortestPeriod = TimeSpan.FromMilliseconds(10);
    private static readonly ConcurrentDictionary<TimeProvider, PeerWatch> s_watches = new();

    private readonly RankedLock _sync = new(LockRank.PeerWatch);
    private readonly HashSet<Link> _links = [];
    private readonly ITimer _timer;
    private TimeSpan _period = Timeout.InfiniteTimeSpan;

    private PeerWatch(TimeProvider clock) =>
        _timer = clock.CreateTimer(static state => ((PeerWatch)state!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public static void Add(Link link)
    {
        if (link.Settings.PeerTimeout != Timeout.InfiniteTimeSpan)
            s_watches.GetOrAdd(link.Settings.TimeProvider, static clock => new PeerWatch(clock)).AddOne(link);
    }

    public static void Remove(Link link)
    {
        if (link.Settings.PeerTimeout != Timeout.InfiniteTimeSpan && s_watches.TryGetValue(link.Settings.TimeProvider, out PeerWatch? watch))
            watch.RemoveOne(link);
    }

    private void AddOne(Link link)
    {
        using (_sync.Enter())
        {
            _links.Add(link);
            SetPeriod();
        }
    }

    private void RemoveOne(Link link)
    {
        using (_sync.Enter())
        {
            if (_links.Remove(link))
                SetPeriod();
        }
    }

    /// <summary>A quarter of the shortest timeout; no timer without links.</summary>
    private void SetPeriod()
    {
        TimeSpan period = Timeout.InfiniteTimeSpan;
        foreach (Link link in _links)
        {
            TimeSpan quarter = link.Settings.PeerTimeout / 4;
            if (period == Timeout.InfiniteTimeSpan || quarter < period)
                period = quarter > s_shortestPeriod ? quarter : s_shortestPeriod;
        }
        if (period != _period)
            _timer.Change(period, period);
        _period = period;
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
