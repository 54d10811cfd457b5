using System.Globalization;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>Numbers a second by the capacity of the channel.</summary>
internal sealed class CapacityThroughput : GrowthSeries
{
    /// <summary>1 to 64 Ki.</summary>
    public static readonly IReadOnlyList<long> Capacities = [1, 4, 16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10];

    public override string Id => "capacity";

    public override string Title => "Throughput by capacity";

    public override string X => "capacity (items)";

    public override string Y => Throughput;

    public override string Unit => "items/s";

    public override string Note => "Items of type long, one a call.";

    public override IReadOnlyList<long> Steps => Capacities;

    public override IReadOnlyList<GrowthLine> Lines { get; } =
    [
        new(GrowthLine.Library, static (workplace, capacity) => OurParts.Longs(workplace, capacity.ToString(CultureInfo.InvariantCulture))),
        new("Channel<long> in process", static (_, capacity) => [PartSpec.Of<LongsInProcess>(capacity.ToString(CultureInfo.InvariantCulture))]),
    ];
}
