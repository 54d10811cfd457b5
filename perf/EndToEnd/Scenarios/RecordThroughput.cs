using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Records as JSON from one process to another, against the serializer alone on two threads.</summary>
internal sealed class RecordThroughput : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } = [new("tp-record", "items/s", Direction.AtLeast, 0.8, "System.Text.Json alone, two threads")];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<RecordReader>(address), PartSpec.Of<RecordWriter>(address)];
    }

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace) => [PartSpec.Of<RecordsInProcess>()];
}
