using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>A number through two channels of a hub, whose owner answers, against eight bytes over a plain socket.</summary>
internal sealed class OwnerRoundTrip : PairedScenario
{
    public override IReadOnlyList<RowSpec> Rows { get; } =
    [
        new("rtt-owner", "us", Direction.AtMost, 1.25, "Unix socket"),
        new("rtt-owner-p99", "us", Direction.AtMost, 1.25, "Unix socket"),
    ];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<OwnerEcho>(address), PartSpec.Of<SharedPinger>(address)];
    }

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace)
    {
        string path = workplace.NewPath();
        return [PartSpec.Of<RawEcho>(path), PartSpec.Of<RawPinger>(path)];
    }
}
