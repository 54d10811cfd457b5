using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Numbers from one process to another, 1,024 a call, against an unbounded channel in process, one a call.</summary>
internal sealed class BatchThroughput : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } = [new("tp-batch", "items/s", Direction.AtLeast, 4, "Channel<long> in process, unbounded, one item a call")];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<BatchReader>(address), PartSpec.Of<BatchWriter>(address)];
    }

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace) => [PartSpec.Of<LongsInProcess>(Capacity.Unbounded)];
}
