using System.Globalization;
using CrossChannels.Serialization;
using NATS.Client.JetStream.Models;

namespace CrossChannels.Nats.Server;

/// <summary>What a channel is, from the moment at which it is made, in one step, with its stream: written into the stream's metadata.</summary>
internal sealed record ChannelFacts(string Name, ItemContract Contract)
{
    /// <summary>Where its metadata have its name.</summary>
    public const string NameKey = "cc.name";

    private const string Version = "1";

    public long? Capacity { get; init; }

    public long MaxBytes { get; init; }

    public CompletionPolicy Policy { get; init; } = CompletionPolicy.AnyWriter;

    public bool IsLeased { get; init; }

    public int? MaxDeliveries { get; init; }

    public TimeSpan LeaseTimeout { get; init; }

    /// <summary>The process with which it goes; empty if it stays.</summary>
    public string Creator { get; init; } = "";

    /// <summary>When its stream was made, by the server's clock: tells a channel from one of the same name before it. Null before that.</summary>
    public string Epoch { get; init; } = "";

    /// <summary>The server stores pipelined batches of its items.</summary>
    public bool HasBatches { get; init; }

    public Dictionary<string, string> ToMetadata()
    {
        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            ["cc.version"] = Version,
            [NameKey] = Name,
            ["cc.content"] = Contract.ContentType,
            ["cc.contract"] = Contract.Name,
            ["cc.size"] = Contract.ElementSize.ToString(CultureInfo.InvariantCulture),
            ["cc.layout"] = Contract.Layout,
            ["cc.policy"] = PolicyText(Policy),
            ["cc.leased"] = IsLeased ? "1" : "0",
            ["cc.deliveries"] = MaxDeliveries?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["cc.lease"] = ((long)LeaseTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        };
        if (Creator.Length > 0)
            metadata["cc.creator"] = Creator;
        return metadata;
    }

    /// <exception cref="LinkRefusedException">The stream was not made by this library, or by a newer one.</exception>
    public static ChannelFacts Of(string name, StreamInfo info)
    {
        IDictionary<string, string> metadata = info.Config.Metadata ?? new Dictionary<string, string>(StringComparer.Ordinal);
        if (!string.Equals(Get("cc.version"), Version, StringComparison.Ordinal))
            throw new LinkRefusedException($"The stream {info.Config.Name} on the server is of version '{PeerText.Show(Get("cc.version"))}', and this library knows version {Version}.");
        return new ChannelFacts(name, new ItemContract(Get("cc.content"), Get("cc.contract"), Number("cc.size"), Get("cc.layout")))
        {
            Capacity = info.Config.MaxMsgs > 0 ? info.Config.MaxMsgs : null,
            MaxBytes = info.Config.MaxBytes,
            Policy = PolicyOf(Get("cc.policy")),
            IsLeased = Get("cc.leased") == "1",
            MaxDeliveries = Get("cc.deliveries").Length == 0 ? null : Number("cc.deliveries"),
            LeaseTimeout = TimeSpan.FromMilliseconds(Math.Max(1, Number("cc.lease"))),
            Creator = Get("cc.creator"),
            Epoch = info.Created.UtcTicks.ToString(CultureInfo.InvariantCulture),
            HasBatches = info.Config.AllowBatchPublish,
        };

        string Get(string key) => metadata.TryGetValue(key, out string? value) ? value : "";
        int Number(string key) => int.TryParse(Get(key), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
    }

    /// <returns>How the channel that is there differs from the one that was to be made; null if it does not.</returns>
    public string? DifferenceFrom(ChannelFacts there)
    {
        if (there.IsLeased != IsLeased)
            return there.IsLeased ? "it is leased" : "it is not leased";
        if (!there.Contract.Accepts(Contract))
            return $"its items are {there.Contract}, not {Contract}";
        if (there.Capacity != Capacity)
            return $"its capacity is {Show(there.Capacity)}, not {Show(Capacity)}";
        if (!string.Equals(PolicyText(there.Policy), PolicyText(Policy), StringComparison.Ordinal))
            return $"its completion policy is {there.Policy}, not {Policy}";
        if (there.MaxDeliveries != MaxDeliveries)
            return $"it delivers an item {Show(there.MaxDeliveries)} times, not {Show(MaxDeliveries)}";
        if (there.Creator.Length > 0 != Creator.Length > 0)
            return there.Creator.Length > 0 ? "it goes with the process that made it" : "it stays when the process that made it leaves";
        return null;

        static string Show(long? value) => value?.ToString("N0", CultureInfo.InvariantCulture) ?? "without limit";
    }

    private static string PolicyText(CompletionPolicy policy) => policy.Rule == CompletionRule.LastWriter
        ? string.Create(
            CultureInfo.InvariantCulture, $"LastWriter:{policy.ExpectedWriters}:{(long)policy.ArrivalTimeout.TotalMilliseconds}:{policy.WriterLossPolicy}")
        : policy.Rule.ToString();

    private static CompletionPolicy PolicyOf(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length == 4 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int writers) && writers > 0
            && long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long arrival) && arrival is >= -1 and <= int.MaxValue)
        {
            return CompletionPolicy.LastWriter(
                writers, TimeSpan.FromMilliseconds(arrival), parts[3] == nameof(WriterLossPolicy.Ignore) ? WriterLossPolicy.Ignore : WriterLossPolicy.Fault);
        }
        return text == nameof(CompletionPolicy.Owner) ? CompletionPolicy.Owner : CompletionPolicy.AnyWriter;
    }
}
