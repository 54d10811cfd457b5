using System.Collections.Concurrent;

namespace CrossChannels.Links;

/// <summary>The open links of this process, which are flushed when it exits.</summary>
internal static class LinkRegistry
{
    private static readonly ConcurrentDictionary<Link, bool> s_links = new();

    static LinkRegistry() => AppDomain.CurrentDomain.ProcessExit += static (_, _) => CloseAll();

    public static void Add(Link link) => s_links.TryAdd(link, true);

    public static void Remove(Link link) => s_links.TryRemove(link, out _);

    /// <summary>A process that returns from Main leaves its channels in good order, under a deadline.</summary>
    private static void CloseAll()
    {
        var closing = new List<Task>();
        foreach (Link link in s_links.Keys)
        {
            link.BeginClose();
            closing.Add(link.Settings.ExitTimeout == Timeout.InfiniteTimeSpan
                ? link.Closed
                : Task.WhenAny(link.Closed, Task.Delay(link.Settings.ExitTimeout)));
        }
#pragma warning disable VSTHRD002 // The process ends when this event returns, so it has to wait; the deadlines are above.
        Task.WhenAll(closing).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }
}
