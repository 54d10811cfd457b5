using System.Globalization;
using EndToEnd.Latency;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>How long an item is on its way in a channel whose writer is always ahead.</summary>
internal sealed class CapacityDelay : GrowthSeries
{
    public override string Id => "capacity-delay";

    public override string Title => "Time of an item in a busy channel by capacity";

    public override string X => "capacity (items)";

    public override string Y => "from write to read, median";

    public override string Unit => "us";

    public override string Note => "The writer writes time stamps as fast as it can; a larger channel holds more that wait before it.";

    public override IReadOnlyList<long> Steps => CapacityThroughput.Capacities;

    public override IReadOnlyList<GrowthLine> Lines { get; } =
    [
        new(GrowthLine.Library, static (workplace, capacity) => OurParts.Stamps(workplace, Text(capacity), OpenLoop.Unpaced), Median),
        new("Channel<T> in process", static (_, capacity) => [PartSpec.Of<StampsInProcess>(Text(capacity), Text(OpenLoop.Unpaced))], Median),
    ];

    private static double Median(double[] figures) => LatencyRound.Microseconds(LatencyRound.FromFigures(figures).Latency.At(50));

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
