using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.ExceptionServices;
using System.Runtime.Loader;
using CrossChannels.Diagnostics;

namespace CrossChannels.Links;

/// <summary>The open links of this process, and the owners of some, which are closed in good order when it exits.</summary>
internal static class LinkRegistry
{
    // An owner gives up at its deadline by itself, and its last words still have to go.
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    private static readonly ConcurrentDictionary<Link, bool> s_links = new();
    private static readonly ConcurrentDictionary<object, (Func<Task> Close, TimeSpan Timeout)> s_owners = new();

    static LinkRegistry()
    {
        ChannelMetrics.AddGauge(
            "crosschannels.lanes",
            "{lane}",
            "Ends of lanes: directions of open links whose items cross by shared memory.",
            static () => s_links.Keys.Where(static link => link.LaneCount > 0)
                .GroupBy(static link => (link.Tags.ChannelName, link.Tags.RoleName), static link => link.LaneCount)
                .Select(static lanes => new Measurement<long>(
                    lanes.Sum(), new KeyValuePair<string, object?>("channel", lanes.Key.ChannelName), new KeyValuePair<string, object?>("role", lanes.Key.RoleName))));
        EventHandler onExit = static (_, _) => CloseAll();
        AppDomain.CurrentDomain.ProcessExit += onExit;
        // The process would keep a collectible load context alive by that handler. What is open when it is unloaded is closed as at the exit.
        if (AssemblyLoadContext.GetLoadContext(typeof(LinkRegistry).Assembly) is { IsCollectible: true } context)
        {
            context.Unloading += _ =>
            {
                AppDomain.CurrentDomain.ProcessExit -= onExit;
                CloseAll();
                ChannelMetrics.Stop();
                ChannelTracing.Stop();
            };
        }
    }

    /// <summary>Raised before anything is closed.</summary>
    public static event EventHandler? Exiting;

    public static void Add(Link link) => s_links.TryAdd(link, true);

    public static void Remove(Link link) => s_links.TryRemove(link, out _);

    /// <param name="owner">Of links that are not closed before it is.</param>
    /// <param name="close">Closes it and them.</param>
    /// <param name="timeout">How long that may take.</param>
    public static void AddOwner(object owner, Func<Task> close, TimeSpan timeout) => s_owners.TryAdd(owner, (close, timeout));

    public static void RemoveOwner(object owner) => s_owners.TryRemove(owner, out _);

    /// <summary>A process that returns from Main leaves its channels in good order, under a deadline.</summary>
    private static void CloseAll()
    {
        Exception? failure = RaiseExiting();
        var closing = new List<Task>();
        foreach ((Func<Task> close, TimeSpan timeout) in s_owners.Values)
            closing.Add(WithinAsync(close(), timeout == Timeout.InfiniteTimeSpan ? timeout : timeout + s_lastWords));
        foreach (Link link in s_links.Keys)
        {
            if (link.HasOwner)
                continue;
            closing.Add(ExitAsync(link));
        }
#pragma warning disable VSTHRD002 // The process ends when this event returns, so it has to wait; the deadlines are above.
        Task.WhenAll(closing).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <returns>What the first handler threw that failed; it keeps neither the others nor the channels from ending in good order.</returns>
    private static Exception? RaiseExiting()
    {
        Exception? failure = null;
        foreach (EventHandler handler in Delegate.EnumerateInvocationList(Exiting))
        {
            try
            {
                handler(null, EventArgs.Empty);
            }
            catch (Exception e)
            {
                failure ??= e;
            }
        }
        return failure;
    }

    private static async Task ExitAsync(Link link)
    {
        // What was accepted before the connection goes with it, and how long that may take to come has a limit of its own.
        bool isConnectionDue = !link.Greeted.IsCompleted && link.Sender.UnreceivedCount > 0;
        link.BeginExit();
        if (isConnectionDue)
            await Task.WhenAny(link.Greeted, link.Closed).ConfigureAwait(false);
        await WithinAsync(link.Closed, link.Settings.ExitTimeout).ConfigureAwait(false);
    }

    private static Task WithinAsync(Task closed, TimeSpan timeout) =>
        timeout == Timeout.InfiniteTimeSpan ? closed : Task.WhenAny(closed, Task.Delay(timeout));
}
