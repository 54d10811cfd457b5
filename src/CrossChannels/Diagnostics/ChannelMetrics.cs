using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.CompilerServices;
using CrossChannels.Threading;

namespace CrossChannels.Diagnostics;

/// <summary>The meter <c>CrossChannels</c>. Counted per batch, and nothing is allocated while no listener is there.</summary>
/// <remarks>Called under no lock: see <see cref="Instruments"/>.</remarks>
internal static class ChannelMetrics
{
    private static readonly Meter s_meter = new(ChannelTracing.Name, ChannelTracing.Version);

    private static readonly Counter<long> s_itemsSent =
        s_meter.CreateCounter<long>("crosschannels.items.sent", "{item}", "Items written to connections.");

    private static readonly Counter<long> s_itemsReceived =
        s_meter.CreateCounter<long>("crosschannels.items.received", "{item}", "Items that arrived.");

    private static readonly Counter<long> s_bytesSent =
        s_meter.CreateCounter<long>("crosschannels.bytes.sent", "By", "Payload bytes written to connections.");

    private static readonly Counter<long> s_bytesReceived =
        s_meter.CreateCounter<long>("crosschannels.bytes.received", "By", "Payload bytes that arrived.");

    private static readonly Counter<long> s_stalls =
        s_meter.CreateCounter<long>("crosschannels.credit.stalls", "{stall}", "Writes that had to wait for the reader.");

    private static readonly Counter<long> s_dropErrors =
        s_meter.CreateCounter<long>("crosschannels.dropped.errors", "{error}", "Exceptions that ItemDropped threw.");

    private static readonly Counter<long> s_notReceived = s_meter.CreateCounter<long>(
        "crosschannels.items.unreceived", "{item}", "Items that were not received when their writer closed.");

    private static readonly Counter<long> s_endings =
        s_meter.CreateCounter<long>("crosschannels.endings", "{ending}", "Directions of links that ended, by kind.");

    private static readonly Counter<long> s_parkings =
        s_meter.CreateCounter<long>("crosschannels.lane.parkings", "{parking}", "Waits of an end for the doorbell of its lane.");

    private static readonly Counter<long> s_doorbells =
        s_meter.CreateCounter<long>("crosschannels.lane.doorbells", "{doorbell}", "Doorbells that an end heard.");

    private static readonly Counter<long> s_reconnects =
        s_meter.CreateCounter<long>("crosschannels.reconnects", "{reconnect}", "Ends that found their hub again.");

    private static readonly Histogram<double> s_writeWaits =
        s_meter.CreateHistogram<double>("crosschannels.write.wait", "s", "How long writes waited for room.");

    private static readonly Histogram<double> s_queueTimes =
        s_meter.CreateHistogram<double>("crosschannels.hub.queue.duration", "s", "How long items were queued at a hub before they went to a reader in another process.");

    private static readonly Histogram<double> s_leaseTimes =
        s_meter.CreateHistogram<double>("crosschannels.hub.lease.duration", "s", "How long after its first delivery to another process an item was completed.");

    private static readonly ConcurrentDictionary<(string Channel, string Role), long> s_openLinks = new();

    // A listener that comes late must see the links that were there before it, which a counter of changes cannot tell.
    static ChannelMetrics() => s_meter.CreateObservableGauge(
        "crosschannels.links",
        static () => s_openLinks.Select(static links => new Measurement<long>(
            links.Value, new KeyValuePair<string, object?>("channel", links.Key.Channel), new KeyValuePair<string, object?>("role", links.Key.Role))),
        "{link}",
        "Open links.");

    /// <summary>Somebody wants to know how long writes wait.</summary>
    public static bool AreWaitsTimed => s_writeWaits.Enabled;

    /// <summary>Somebody wants to know how long items are queued.</summary>
    public static bool AreQueuesTimed => s_queueTimes.Enabled;

    /// <summary>Somebody wants to know how long leases last.</summary>
    public static bool AreLeasesTimed => s_leaseTimes.Enabled;

    /// <summary>Adds a value of this process that is asked for when a listener collects.</summary>
    public static void AddGauge(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> observe) =>
        s_meter.CreateObservableGauge(name, observe, unit, description);

    /// <summary>Adds a sum that only grows, which is asked for when a listener collects.</summary>
    public static void AddCounter(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> observe) =>
        s_meter.CreateObservableCounter(name, observe, unit, description);

    /// <summary>Removes the meter from the process, which would keep this assembly loaded.</summary>
    public static void Stop() => s_meter.Dispose();

    public static void Sent(int items, int bytes, MetricTags tags)
    {
        Add(s_itemsSent, items, tags);
        Add(s_bytesSent, bytes, tags);
    }

    public static void Received(int items, int bytes, MetricTags tags)
    {
        Add(s_itemsReceived, items, tags);
        Add(s_bytesReceived, bytes, tags);
    }

    public static void CreditStalled(MetricTags tags) => Add(s_stalls, 1, tags);

    public static void Parked(MetricTags tags) => Add(s_parkings, 1, tags);

    public static void Rung(MetricTags tags) => Add(s_doorbells, 1, tags);

    public static void ItemDroppedFailed(MetricTags tags) => Add(s_dropErrors, 1, tags);

    public static void NotReceived(long items, MetricTags tags) => Add(s_notReceived, items, tags);

    public static void LinkOpened(MetricTags tags) => s_openLinks.AddOrUpdate((tags.ChannelName, tags.RoleName), 1, static (_, count) => count + 1);

    public static void LinkClosed(MetricTags tags)
    {
        (string, string) key = (tags.ChannelName, tags.RoleName);
        if (s_openLinks.AddOrUpdate(key, 0, static (_, count) => count - 1) == 0)
            s_openLinks.TryRemove(KeyValuePair.Create(key, 0L));
    }

    public static void Reconnected(MetricTags tags) => Instruments.Add(s_reconnects, 1, tags.Channel, tags.Role);

    public static void Ended(EndingKind kind, MetricTags tags)
    {
        HeldLocks.AssertNone();
        // Its name costs memory.
        if (s_endings.Enabled)
            Instruments.Add(s_endings, 1, tags.Channel, tags.Role, tags.Peer, new KeyValuePair<string, object?>("kind", kind.ToString()));
    }

    public static void Queued(double seconds, MetricTags tags) => Record(s_queueTimes, seconds, tags);

    public static void LeaseCompleted(double seconds, MetricTags tags) => Record(s_leaseTimes, seconds, tags);

    /// <summary>Passes a wait on, and says how long it took.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask TimeAsync(ValueTask wait, MetricTags tags)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            await wait.ConfigureAwait(false);
        }
        finally
        {
            Record(s_writeWaits, Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
        }
    }

    /// <inheritdoc cref="TimeAsync(ValueTask, MetricTags)"/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<bool> TimeAsync(ValueTask<bool> wait, MetricTags tags)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            return await wait.ConfigureAwait(false);
        }
        finally
        {
            Record(s_writeWaits, Stopwatch.GetElapsedTime(started).TotalSeconds, tags);
        }
    }

    private static void Add(Counter<long> counter, long value, MetricTags tags) => Instruments.Add(counter, value, tags.Channel, tags.Role, tags.Peer);

    private static void Record(Histogram<double> histogram, double value, MetricTags tags) =>
        Instruments.Record(histogram, value, tags.Channel, tags.Role, tags.Peer);
}

/// <summary>What the measurements of a link, or of an owner's end, are tagged with.</summary>
/// <param name="channel">The channel's name; empty for the only one of its address.</param>
/// <param name="role">What the end is for.</param>
internal sealed class MetricTags(string channel, string role)
{
    private const string Unknown = "unknown";

    private string _peer = Unknown;

    public string ChannelName => channel;

    public string RoleName => role;

    public KeyValuePair<string, object?> Channel { get; } = new("channel", channel);

    public KeyValuePair<string, object?> Role { get; } = new("role", role);

    /// <summary>The process at the other end, or where it is; <c>unknown</c> before it has greeted.</summary>
    public KeyValuePair<string, object?> Peer => new("peer", Volatile.Read(ref _peer));

    /// <summary>Of a part that stands alone, in a test.</summary>
    public static MetricTags None { get; } = new("", Unknown);

    /// <summary>Of an end of the owner, which has no link.</summary>
    public static MetricTags Owner(string channel) => new(channel, "owner") { _peer = "owner" };

    /// <summary>It is known who is at the other end.</summary>
    public void Meet(PeerInfo peer) => Volatile.Write(ref _peer, peer.ProcessId?.ToString(CultureInfo.InvariantCulture) ?? peer.Endpoint);
}

/// <summary>Adds to the instruments of the libraries. A measurement runs the callbacks of every <see cref="MeterListener"/> of the program: so it is made under no lock, and what a listener throws ends here.</summary>
internal static class Instruments
{
    public static void Add(Counter<long> counter, long value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        HeldLocks.AssertNone();
        if (!counter.Enabled)
            return;
        try
        {
            counter.Add(value, tags);
        }
        catch (Exception)
        {
            // A listener failed; the value is lost to it and to those after it, and whoever counts goes on.
        }
    }

    public static void Record(Histogram<double> histogram, double value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        HeldLocks.AssertNone();
        if (!histogram.Enabled)
            return;
        try
        {
            histogram.Record(value, tags);
        }
        catch (Exception)
        {
            // As in Add.
        }
    }
}
