using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CrossChannels.Diagnostics;

/// <summary>What the meter <c>CrossChannels</c> shows of this process's hubs, asked for only while somebody listens.</summary>
internal static class HubGauges
{
    private static readonly ConcurrentDictionary<object, Func<HubStatus>> s_hubs = new();

    static HubGauges()
    {
        AddChannels("crosschannels.hub.depth", "{item}", "Items that no reader has.", static channel => channel.Depth);
        AddChannels("crosschannels.hub.bytes", "By", "Bytes of items that the hub holds.", static channel => channel.Bytes ?? 0);
        AddChannels("crosschannels.hub.in_flight", "{item}", "Items that readers have not read, or not settled.", static channel => channel.InFlight);
        AddChannels("crosschannels.hub.waiting_writers", "{writer}", "Writers that wait for room.", static channel => channel.WaitingWriters.Count);
        AddChannels("crosschannels.hub.waiting_readers", "{reader}", "Readers that wait for an item.", static channel => channel.WaitingReaders.Count);
        ChannelMetrics.AddGauge(
            "crosschannels.hub.lock_waiters",
            "{request}",
            "Requests that wait for a lock.",
            static () => s_hubs.Values.Select(static get => get()).SelectMany(static hub => hub.Locks.Select(one => Measure(hub, "lock", one.Name, one.Waiters.Count))));
    }

    /// <summary>Shows a hub until it is removed.</summary>
    public static void Add(object hub, Func<HubStatus> getStatus) => s_hubs[hub] = getStatus;

    public static void Remove(object hub) => s_hubs.TryRemove(hub, out _);

    private static void AddChannels(string name, string unit, string description, Func<ChannelStatus, long> value) => ChannelMetrics.AddGauge(
        name,
        unit,
        description,
        () => s_hubs.Values.Select(static get => get()).SelectMany(hub => hub.Channels.Select(one => Measure(hub, "channel", one.Name, value(one)))));

    private static Measurement<long> Measure(HubStatus hub, string what, string name, long value) =>
        new(value, new KeyValuePair<string, object?>("hub", hub.Address), new KeyValuePair<string, object?>(what, name));
}
