using System.Globalization;
using EndToEnd.Machine;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>One busy writer of a channel that has idle writers too, against one of a channel that has none. The owner reads.</summary>
internal sealed class HubIdleScale : PairedScenario
{
    private const int Links = 1000;

    public override IReadOnlyList<RowSpec> Rows { get; } = [new("scale-idle-hub", "items/s", Direction.AtLeast, 0.95, "the same without idle writers")];

    protected override string? WhyNotSubject() => base.WhyNotSubject() ?? FileLimit.WhyNot(Links);

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return
        [
            PartSpec.Of<OwnerReader>(address, SharedParts.Capacity), PartSpec.Of<IdleWriters>(address, Links.ToString(CultureInfo.InvariantCulture)), PartSpec.Of<SharedWriter>(address),
        ];
    }

    // A process without links takes the place of the one that holds the idle ones.
    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<OwnerReader>(address, SharedParts.Capacity), PartSpec.Of<Bystander>(), PartSpec.Of<SharedWriter>(address)];
    }
}
