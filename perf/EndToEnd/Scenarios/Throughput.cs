using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Numbers from one process to another, one a call, against a channel in process of the same capacity.</summary>
internal sealed class Throughput(string id, string capacity, double target) : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } = [new(id, "items/s", Direction.AtLeast, target, $"Channel<long> in process, {Parts.Capacity.Describe(capacity)}")];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<LongReader>(address, capacity), PartSpec.Of<LongWriter>(address)];
    }

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace) => [PartSpec.Of<LongsInProcess>(capacity)];
}
