using System.Globalization;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>Numbers a second of many writers into one channel together.</summary>
internal sealed class WritersThroughput : GrowthSeries
{
    public static readonly IReadOnlyList<long> Counts = [1, 2, 4, 8, 16, 32, 64];

    public override string Id => "writers";

    public override string Title => "Total throughput by writers of one channel";

    public override string X => "writers of one channel";

    public override string Y => "throughput of all together";

    public override string Unit => "items/s";

    public override string Note => "One process has all writers, each with a link of its own; the owner, in another, reads. Capacity 65,536.";

    public override IReadOnlyList<long> Steps => Counts;

    public override IReadOnlyList<GrowthLine> Lines { get; } =
    [
        new(GrowthLine.Library, WriterScale.Parts),
        new("Channel<long> in process", static (_, count) => [PartSpec.Of<ManyInProcess>(WriterScale.Capacity, count.ToString(CultureInfo.InvariantCulture), "1")]),
    ];
}
