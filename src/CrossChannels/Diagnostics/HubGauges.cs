using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CrossChannels.Diagnostics;

/// <summary>What the meter <c>CrossChannels</c> shows of this process's hubs, asked for only when a listener collects.</summary>
internal static class HubGauges
{
    private static readonly ConcurrentDictionary<object, Func<HubStatus>> s_hubs = new();

    static HubGauges()
    {
        AddChannels("depth", "{item}", "Items that no reader has.", static channel => channel.Depth);
        AddChannels("bytes", "By", "Bytes of items that the hub holds.", static channel => channel.Bytes ?? 0);
        AddChannels("in_flight", "{item}", "Items that readers have not read, or not settled.", static channel => channel.InFlight);
        AddChannels("oldest_wait", "ms", "How long the first queued item has been there.", static channel => (long)(channel.OldestWait ?? TimeSpan.Zero).TotalMilliseconds);
        AddChannels("oldest_lease", "ms", "How long ago the first item that a reader has a lease on was sent there.", static channel => (long)(channel.OldestLease ?? TimeSpan.Zero).TotalMilliseconds);
        AddChannels("waiting_writers", "{writer}", "Writers that wait for room.", static channel => channel.WaitingWriters.Count);
        AddChannels("waiting_readers", "{reader}", "Readers that wait for an item.", static channel => channel.WaitingReaders.Count);
        AddChannels("lanes", "{lane}", "Ends in other processes whose items cross by shared memory.", static channel => channel.Lanes);
        AddChannels("lane_parkings", "{parking}", "How often the hub waited for a doorbell of a lane.", static channel => channel.LaneParkings, isCounter: true);
        AddChannels("lane_doorbells", "{doorbell}", "Doorbells that the hub heard.", static channel => channel.LaneDoorbells, isCounter: true);
        ChannelMetrics.AddGauge(
            "crosschannels.hub.lock_waiters",
            "{request}",
            "Requests that wait for a lock.",
            static () => s_hubs.Values.SelectMany(static getStatus => MeasureLocks(getStatus())));
    }

    /// <summary>Shows a hub until it is removed.</summary>
    public static void Add(object hub, Func<HubStatus> getStatus) => s_hubs[hub] = getStatus;

    public static void Remove(object hub) => s_hubs.TryRemove(hub, out _);

    private static void AddChannels(string name, string unit, string description, Func<ChannelStatus, long> value, bool isCounter = false)
    {
        Action<string, string, string, Func<IEnumerable<Measurement<long>>>> add = isCounter ? ChannelMetrics.AddCounter : ChannelMetrics.AddGauge;
        add($"crosschannels.hub.{name}", unit, description, () => s_hubs.Values.SelectMany(getStatus => MeasureChannels(getStatus(), value)));
    }

    private static IEnumerable<Measurement<long>> MeasureChannels(HubStatus hub, Func<ChannelStatus, long> value) =>
        hub.Channels.Select(channel => Measure(hub, "channel", channel.Name, value(channel)));

    private static IEnumerable<Measurement<long>> MeasureLocks(HubStatus hub) =>
        hub.Locks.Select(one => Measure(hub, "lock", one.Name, one.Waiters.Count));

    private static Measurement<long> Measure(HubStatus hub, string what, string name, long value) =>
        new(value, new KeyValuePair<string, object?>("hub", hub.Address), new KeyValuePair<string, object?>(what, name));
}
