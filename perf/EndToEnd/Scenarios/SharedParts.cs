using EndToEnd.Parts;
using EndToEnd.Peers;

namespace EndToEnd.Scenarios;

/// <summary>The processes of scenarios with a hub.</summary>
internal static class SharedParts
{
    public const string Capacity = "1024";

    /// <summary>The address of a channel of a hub in a process of its own.</summary>
    public static string NewChannel(Workplace workplace) => UnixAddress.New(workplace) + "#items";

    /// <summary>Writer process, hub process, reader process.</summary>
    public static IReadOnlyList<PartSpec> Forward(Workplace workplace)
    {
        string channel = NewChannel(workplace);
        return [PartSpec.Of<HubHost>(channel, Capacity, "false"), PartSpec.Of<SharedReader>(channel), PartSpec.Of<SharedWriter>(channel)];
    }
}
