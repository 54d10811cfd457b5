using System.Globalization;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Sixteen links that write to one channel: what they carry together, against what one carries.</summary>
internal sealed class WriterScale : PairedScenario
{
    public const string Capacity = "65536";

    private const int Links = 16;

    public override IReadOnlyList<RowSpec> Rows { get; } = [new("scale-writers", "items/s", Direction.AtLeast, 0.8, "one link")];

    protected override IReadOnlyList<PartSpec> Subject(Workplace workplace) => Parts(workplace, Links);

    protected override IReadOnlyList<PartSpec> Baseline(Workplace workplace) => Parts(workplace, 1);

    /// <summary>A process that owns the channel and reads, and one that has all links.</summary>
    public static IReadOnlyList<PartSpec> Parts(Workplace workplace, long links)
    {
        string address = UnixAddress.New(workplace);
        return [PartSpec.Of<OwnerReader>(address, Capacity), PartSpec.Of<SharedWriters>(address, links.ToString(CultureInfo.InvariantCulture))];
    }
}
