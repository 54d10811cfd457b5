using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Numbers through a hub whose reader settles each, against the same without leases.</summary>
internal sealed class Leased : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } = [new("leased", "items/s", Direction.AtLeast, 0.5, "a hub without leases")];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string channel = SharedParts.NewChannel(workplace);
        return [PartSpec.Of<HubHost>(channel, SharedParts.Capacity, "true"), PartSpec.Of<LeaseReader>(channel), PartSpec.Of<SharedWriter>(channel)];
    }

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace) => SharedParts.Forward(workplace);
}
