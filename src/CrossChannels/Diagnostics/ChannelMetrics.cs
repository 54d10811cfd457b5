using System.Diagnostics.Metrics;

namespace CrossChannels.Diagnostics;

/// <summary>The meter <c>CrossChannels</c>. Counted per batch, and nothing is allocated while nobody listens.</summary>
internal static class ChannelMetrics
{
    private static readonly Meter s_meter = new("CrossChannels");
    private static readonly Counter<long> s_itemsSent = s_meter.CreateCounter<long>("crosschannels.items.sent", "{item}", "Items written to the connection.");
    private static readonly Counter<long> s_itemsReceived = s_meter.CreateCounter<long>("crosschannels.items.received", "{item}", "Items that arrived.");
    private static readonly Counter<long> s_bytesSent = s_meter.CreateCounter<long>("crosschannels.bytes.sent", "By", "Payload bytes written to the connection.");
    private static readonly Counter<long> s_bytesReceived = s_meter.CreateCounter<long>("crosschannels.bytes.received", "By", "Payload bytes that arrived.");
    private static readonly Counter<long> s_stalls = s_meter.CreateCounter<long>("crosschannels.credit.stalls", "{stall}", "Writes that had to wait for the reader.");
    private static readonly Counter<long> s_dropErrors = s_meter.CreateCounter<long>("crosschannels.dropped.errors", "{error}", "Exceptions of ItemDropped.");
    private static readonly Counter<long> s_notReceived = s_meter.CreateCounter<long>("crosschannels.items.unreceived", "{item}", "Items that were not received when their writer closed.");
    private static readonly UpDownCounter<long> s_links = s_meter.CreateUpDownCounter<long>("crosschannels.links", "{link}", "Open links.");
    private static readonly Counter<long> s_endings = s_meter.CreateCounter<long>("crosschannels.endings", "{ending}", "Directions that ended, by kind.");

    /// <summary>Adds a value of this process that is asked for when somebody looks.</summary>
    public static void AddGauge(string name, string unit, string description, Func<IEnumerable<Measurement<long>>> observe) =>
        s_meter.CreateObservableGauge(name, observe, unit, description);

    public static void Sent(int items, int bytes)
    {
        if (!s_itemsSent.Enabled && !s_bytesSent.Enabled)
            return;
        s_itemsSent.Add(items);
        s_bytesSent.Add(bytes);
    }

    public static void Received(int items, int bytes)
    {
        if (!s_itemsReceived.Enabled && !s_bytesReceived.Enabled)
            return;
        s_itemsReceived.Add(items);
        s_bytesReceived.Add(bytes);
    }

    public static void CreditStalled() => s_stalls.Add(1);

    public static void ItemDroppedFailed() => s_dropErrors.Add(1);

    public static void NotReceived(long items) => s_notReceived.Add(items);

    public static void LinkOpened() => s_links.Add(1);

    public static void LinkClosed() => s_links.Add(-1);

    public static void Ended(EndingKind kind)
    {
        if (s_endings.Enabled)
            s_endings.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));
    }
}
