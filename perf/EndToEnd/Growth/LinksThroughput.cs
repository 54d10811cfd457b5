using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>Numbers a second of many links of one listener together.</summary>
internal sealed class LinksThroughput : GrowthSeries
{
    public static readonly IReadOnlyList<long> Counts = [1, 2, 4, 8, 16, 32, 64];

    public override string Id => "links";

    public override string Title => "Total throughput by links at work";

    public override string X => "links, each with a writer and a reader of its own";

    public override string Y => "throughput of all together";

    public override string Unit => "items/s";

    public override string Note => "One process has all writers, another the listener and all readers; capacity 1,024 each. In process: as many channels, writers and readers.";

    public override IReadOnlyList<long> Steps => Counts;

    public override IReadOnlyList<GrowthLine> Lines { get; } =
    [
        new(GrowthLine.Library, static (workplace, count) =>
        {
            string address = UnixAddress.New(workplace);
            return [PartSpec.Of<LongReader>(address, "1024"), ManyParts.Of<LongWriter>(count, address)];
        }),
        new("Channel<long> in process", static (_, count) => [ManyParts.Of<LongsInProcess>(count, "1024")]),
    ];
}
