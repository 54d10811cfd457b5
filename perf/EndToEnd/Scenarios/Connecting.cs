using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>The time to connect, write one item and leave, against that of a plain socket to connect, greet and close.</summary>
internal sealed class Connecting : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } = [new("connect", "us", Direction.AtMost, 3, "Unix socket: connect, 256 B each way, close")];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<Host>(address), PartSpec.Of<Guest>(address)];
    }

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace)
    {
        string path = workplace.NewPath();
        return [PartSpec.Of<RawHost>(path), PartSpec.Of<RawGuest>(path)];
    }
}
