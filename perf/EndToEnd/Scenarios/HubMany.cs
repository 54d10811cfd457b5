using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Four writer and four reader processes on one channel of a hub, against as many threads on a channel in process.</summary>
internal sealed class HubMany : PairedScenario
{
    private const int Ends = 4;
    private const string Capacity = "65536";

    public override IReadOnlyList<RowSpec> Rows { get; } = [new("hub-4x4", "items/s", Direction.AtLeast, 0.3, $"Channel<long> in process, {Parts.Capacity.Describe(Capacity)}, as many loops")];

    public override int SubjectDrivers => Ends;

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string channel = SharedParts.NewChannel(workplace);
        return
        [
            PartSpec.Of<HubHost>(channel, Capacity, "false"),
            .. Enumerable.Repeat(PartSpec.Of<SharedReader>(channel), Ends),
            .. Enumerable.Repeat(PartSpec.Of<SharedWriter>(channel), Ends),
        ];
    }

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace) => [PartSpec.Of<ManyInProcess>(Capacity, "4", "4")];
}
