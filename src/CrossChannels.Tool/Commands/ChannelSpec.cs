using System.Globalization;
using System.Threading.Channels;

namespace CrossChannels.Tool.Commands;

/// <summary>A channel that a hub is to have.</summary>
internal sealed record ChannelSpec
{
    public required string Name { get; init; }

    /// <summary>Items; null for no limit.</summary>
    public int? Capacity { get; init; }

    public bool IsLeased { get; init; }

    /// <summary>How often a leased item is delivered before it goes to the dead letters; null for no limit.</summary>
    public int? MaxDeliveries { get; init; }

    public CompletionPolicy Completion { get; init; } = CompletionPolicy.AnyWriter;

    /// <summary>Reads <c>NAME[:CAPACITY][,deliveries=N][,end=any|last:N|owner]</c>.</summary>
    /// <exception cref="UsageException">It is no such text.</exception>
    public static ChannelSpec Parse(string option, string text)
    {
        string[] parts = text.Split(',');
        string[] name = parts[0].Split(':', 2);
        var spec = new ChannelSpec { Name = name[0], IsLeased = option == "--leased", Capacity = name.Length == 2 ? Number(name[1], "capacity") : null };
        if (spec.Name.Length == 0)
            throw new UsageException($"'{text}' has no name.");
        if (option == "--bounded" && spec.Capacity is null)
            throw new UsageException($"--bounded needs NAME:CAPACITY, not '{text}'.");
        if (option == "--unbounded" && spec.Capacity is not null)
            throw new UsageException($"--unbounded has no capacity: '{text}'.");
        foreach (string part in parts[1..])
        {
            spec = part.Split('=', 2) switch
            {
                ["deliveries", string most] when spec.IsLeased => spec with { MaxDeliveries = Number(most, "number of deliveries") },
                ["end", string policy] => spec with { Completion = ParsePolicy(policy) },
                _ => throw new UsageException($"'{part}' is not a property of {option}."),
            };
        }
        return spec;
    }

    public void Declare(ChannelHub hub)
    {
        ChannelOptions options = Capacity is { } capacity ? new BoundedChannelOptions(capacity) : new UnboundedChannelOptions();
        LeaseOptions? leases = IsLeased ? new LeaseOptions { MaxDeliveries = MaxDeliveries } : null;
        hub.Declare(Name, options, leases, new SharedChannelOptions { Completion = Completion });
    }

    private static CompletionPolicy ParsePolicy(string text) => text.Split(':') switch
    {
        ["any"] => CompletionPolicy.AnyWriter,
        ["owner"] => CompletionPolicy.Owner,
        ["last", string writers] => CompletionPolicy.LastWriter(Number(writers, "number of writers")),
        _ => throw new UsageException($"'{text}' does not say who ends a channel: any, last:N or owner."),
    };

    private static int Number(string text, string what) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw new UsageException($"'{text}' is not a {what}.");
}
