using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Numbers from one process to another through a hub in a third, against a link between the two.</summary>
internal sealed class HubForward : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } = [new("hub-forward", "items/s", Direction.AtLeast, 0.5, "one link")];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace) => SharedParts.Forward(workplace);

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<LongReader>(address, SharedParts.Capacity), PartSpec.Of<LongWriter>(address)];
    }
}
