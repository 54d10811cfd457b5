using System.Globalization;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Items of 1 MiB, against writes of 1 MiB to a plain socket.</summary>
internal sealed class Bandwidth : PairedScenario
{
    private const string Blocks = "8";

    public override IReadOnlyList<RowSpec> Rows { get; } = [new("bw-unix", "B/s", Direction.AtLeast, 0.8, "Unix socket, 1 MiB a call")];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<BlockReader>(address, Blocks), PartSpec.Of<BlockWriter>(address, BlockWriter.BlockBytes.ToString(CultureInfo.InvariantCulture))];
    }

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace)
    {
        string path = workplace.NewPath();
        return [PartSpec.Of<RawBlockReader>(path), PartSpec.Of<RawBlockWriter>(path)];
    }
}
