using System.Globalization;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>Numbers a second of one writer that many readers of one channel share.</summary>
internal sealed class ReadersThroughput : GrowthSeries
{
    private const string Capacity = "65536";

    public override string Id => "readers";

    public override string Title => "Throughput by readers of one channel";

    public override string X => "readers of one channel";

    public override string Y => Throughput;

    public override string Unit => "items/s";

    public override string Note => "A process has the writer, a second the hub, a third all readers, each with a link of its own. Capacity 65,536.";

    public override IReadOnlyList<long> Steps => WritersThroughput.Counts;

    public override IReadOnlyList<GrowthLine> Lines { get; } =
    [
        new(GrowthLine.Library, static (workplace, count) =>
        {
            string channel = SharedParts.NewChannel(workplace);
            return [PartSpec.Of<HubHost>(channel, Capacity, "false"), ManyParts.Of<SharedReader>(count, channel), PartSpec.Of<SharedWriter>(channel)];
        }),
        new("Channel<long> in process", static (_, count) => [PartSpec.Of<ManyInProcess>(Capacity, "1", count.ToString(CultureInfo.InvariantCulture))]),
    ];
}
