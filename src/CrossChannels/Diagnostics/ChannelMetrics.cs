using System.Diagnostics.Metrics;
using CrossChannels.Threading;

namespace CrossChannels.Diagnostics;

/// <summary>The meter <c>CrossChannels</c>. Counted per batch, and nothing is allocated while no listener is there.</summary>
/// <remarks>
/// A measurement runs the callbacks of every <see cref="MeterListener"/> of the program. So these methods are called under no lock,
/// and what a listener throws ends here: it must not break a link.
/// </remarks>
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

    private static long s_openLinks;

    // A listener that comes late must see the links that were there before it, which a counter of changes cannot tell.
    static ChannelMetrics() =>
        s_meter.CreateObservableGauge("crosschannels.links", static () => Interlocked.Read(ref s_openLinks), "{link}", "Open links.");

    /// <summary>Adds a value of this process that is asked for when a listener collects.</summary>
    public static void AddGauge(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> observe) =>
        s_meter.CreateObservableGauge(name, observe, unit, description);

    /// <summary>Removes the meter from the process, which would keep this assembly loaded.</summary>
    public static void Stop() => s_meter.Dispose();

    public static void Sent(int items, int bytes)
    {
        Add(s_itemsSent, items);
        Add(s_bytesSent, bytes);
    }

    public static void Received(int items, int bytes)
    {
        Add(s_itemsReceived, items);
        Add(s_bytesReceived, bytes);
    }

    public static void CreditStalled() => Add(s_stalls, 1);

    public static void ItemDroppedFailed() => Add(s_dropErrors, 1);

    public static void NotReceived(long items) => Add(s_notReceived, items);

    public static void LinkOpened() => Interlocked.Increment(ref s_openLinks);

    public static void LinkClosed() => Interlocked.Decrement(ref s_openLinks);

    public static void Ended(EndingKind kind) => Add(s_endings, 1, kind);

    private static void Add(Counter<long> counter, long value, EndingKind? kind = null)
    {
        HeldLocks.AssertNone();
        if (!counter.Enabled)
            return;
        try
        {
            if (kind is { } known)
                counter.Add(value, new KeyValuePair<string, object?>("kind", known.ToString()));
            else
                counter.Add(value);
        }
        catch (Exception)
        {
            // A listener failed; the value is lost to it and to those after it, and the link goes on.
        }
    }
}
