using System.Globalization;
using EndToEnd.Machine;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>Numbers a second of one link by how many idle ones its endpoint holds.</summary>
internal sealed class IdleThroughput : GrowthSeries
{
    public static readonly IReadOnlyList<long> Counts = [1, 10, 100, 1000];

    public override string Id => "idle";

    public override string Title => "Throughput by idle links beside";

    public override string X => "idle links at the same endpoint";

    public override string Y => Throughput;

    public override string Unit => "items/s";

    public override string Note => "Items of type long, capacity 1,024. A third process holds the other ends of the idle links.";

    public override IReadOnlyList<long> Steps => Counts;

    public override IReadOnlyList<GrowthLine> Lines { get; } =
    [
        new(GrowthLine.Library, static (workplace, count) =>
        {
            string address = UnixAddress.New(workplace);
            return [PartSpec.Of<LongReader>(address, "1024"), PartSpec.Of<StandingIdleLinks>(address, count.ToString(CultureInfo.InvariantCulture)), PartSpec.Of<LongWriter>(address)];
        }),
    ];

    public override string? WhyNot() => FileLimit.WhyNot((int)Counts[^1]);
}
