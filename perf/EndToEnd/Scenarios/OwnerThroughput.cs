using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Numbers from another process into a channel that its owner reads, against a channel in process of the same capacity.</summary>
internal sealed class OwnerThroughput : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } = [new("tp-owner", "items/s", Direction.AtLeast, 0.8, $"Channel<long> in process, {Parts.Capacity.Describe(SharedParts.Capacity)}")];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<OwnerReader>(address, SharedParts.Capacity), PartSpec.Of<SharedWriter>(address)];
    }

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace) => [PartSpec.Of<LongsInProcess>(SharedParts.Capacity)];
}
