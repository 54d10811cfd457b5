using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>A number there and back, against eight bytes over a plain socket; both rows from the same rounds.</summary>
internal sealed class RoundTrip : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } =
    [
        new("rtt-unix", "us", Direction.AtMost, 1.25, "async Unix socket, 8 B each way"),
        new("rtt-unix-p99", "us", Direction.AtMost, 1.25, "async Unix socket, 8 B each way"),
    ];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<Echo>(address), PartSpec.Of<Pinger>(address)];
    }

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace)
    {
        string path = workplace.NewPath();
        return [PartSpec.Of<RawEcho>(path), PartSpec.Of<RawPinger>(path)];
    }
}
