using System.Collections.Concurrent;
using System.Diagnostics;

namespace CrossChannels.Links;

/// <summary>The open links of this process: flushed when it exits, and watched for silent peers where that is asked for.</summary>
internal static class LinkRegistry
{
    private static readonly ConcurrentDictionary<Link, ITimer?> s_links = new();

    static LinkRegistry() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => CloseAll();

    public static void Add(Link link) => s_links.TryAdd(link, null);

    public static void Remove(Link link)
    {
        if (s_links.TryRemove(link, out ITimer? timer))
            timer?.Dispose();
    }

    /// <summary>Begins to look whether the peer is silent, where the settings ask for it.</summary>
    public static void Watch(Link link)
    {
        TimeSpan timeout = link.Settings.PeerTimeout;
        if (timeout == Timeout.InfiniteTimeSpan)
            return;
        TimeSpan period = TimeSpan.FromMilliseconds(Math.Max(10, timeout.TotalMilliseconds / 4));
        ITimer timer = link.Settings.TimeProvider.CreateTimer(static state => Check((Link)state!), link, period, period);
        if (!s_links.TryUpdate(link, timer, null))
            timer.Dispose();
    }

    private static void Check(Link link)
    {
        if (!Debugger.IsAttached)
            link.CheckPeer(link.Settings.PeerTimeout);
    }

    /// <summary>A process that returns from Main leaves its channels in good order, under a deadline.</summary>
    private static void CloseAll()
    {
        var closing = new List<Task>();
        foreach (Link link in s_links.Keys)
        {
            link.BeginClose();
            Task closed = link.Closed;
            if (link.Settings.ExitTimeout != Timeout.InfiniteTimeSpan)
                closed = Task.WhenAny(closed, Task.Delay(link.Settings.ExitTimeout));
            closing.Add(closed);
        }
#pragma warning disable VSTHRD002 // The process ends when this event returns, so it has to wait; its deadline is above.
        Task.WhenAll(closing).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }
}
