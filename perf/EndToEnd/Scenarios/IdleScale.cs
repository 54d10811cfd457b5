using System.Globalization;
using EndToEnd.Machine;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>One busy link of an endpoint that holds idle ones too, against one of an endpoint that holds none.</summary>
internal sealed class IdleScale(string id, int links, bool isOnRequest) : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } = [new(id, "items/s", Direction.AtLeast, 0.95, "the same without idle links")];

    protected override string? WhyNotSubject() => base.WhyNotSubject() ?? FileLimit.WhyNot(links);

    public override bool IsOnRequest => isOnRequest;

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        string count = links.ToString(CultureInfo.InvariantCulture);
        return [PartSpec.Of<LongReader>(address, "1024"), PartSpec.Of<StandingIdleLinks>(address, count), PartSpec.Of<LongWriter>(address)];
    }

    // A process without links takes the place of the one that holds their other ends.
    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace) => [PartSpec.Of<Bystander>(), .. OurParts.Longs(workplace, "1024")];
}
