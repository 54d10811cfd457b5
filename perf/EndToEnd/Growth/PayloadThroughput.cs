using System.Globalization;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>Bytes a second by the size of an item.</summary>
internal sealed class PayloadThroughput : GrowthSeries
{
    /// <summary>8 B to 16 MiB.</summary>
    public static readonly IReadOnlyList<long> Sizes = [8, 64, 512, 4 << 10, 32 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20];

    public override string Id => "payload";

    public override string Title => "Throughput by size of an item";

    public override string X => "size of an item (B)";

    public override string Y => Throughput;

    public override string Unit => "B/s";

    public override string Note => "Items of bytes, read in the pooled form, capacity 1,024. The socket's side makes one blocking call an item and reads what is there.";

    public override IReadOnlyList<long> Steps => Sizes;

    public override IReadOnlyList<GrowthLine> Lines { get; } =
    [
        new(GrowthLine.Library, static (workplace, bytes) =>
        {
            string address = UnixAddress.New(workplace);
            return [PartSpec.Of<BlockReader>(address, "1024"), PartSpec.Of<BlockWriter>(address, bytes.ToString(CultureInfo.InvariantCulture))];
        }),
        new("Unix socket", static (workplace, bytes) =>
            TheirParts.Items(workplace.NewPath(), StreamKind.Socket, bytes.ToString(CultureInfo.InvariantCulture), buffer: "0"), static figures => figures[1]),
    ];
}
