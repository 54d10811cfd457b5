using System.Globalization;
using EndToEnd.Machine;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>Round trip of one link by how many idle ones its endpoint holds.</summary>
internal sealed class IdleRoundTrip : GrowthSeries
{
    public override string Id => "idle-rtt";

    public override string Title => "Round trip by idle links beside";

    public override string X => "idle links at the same endpoint";

    public override string Y => RoundTripTime;

    public override string Unit => "us";

    public override string Note => "A long there and back. A third process holds the other ends of the idle links.";

    public override IReadOnlyList<long> Steps => IdleThroughput.Counts;

    public override IReadOnlyList<GrowthLine> Lines { get; } =
    [
        new(GrowthLine.Library, static (workplace, count) =>
        {
            string address = UnixAddress.New(workplace);
            return [PartSpec.Of<Echo>(address), PartSpec.Of<StandingIdlePairs>(address, count.ToString(CultureInfo.InvariantCulture)), PartSpec.Of<Pinger>(address)];
        }),
    ];

    public override string? WhyNot() => FileLimit.WhyNot((int)IdleThroughput.Counts[^1]);
}
