using System.Globalization;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>Round trip by the size of an item.</summary>
internal sealed class PayloadRoundTrip : GrowthSeries
{
    public override string Id => "payload-rtt";

    public override string Title => "Round trip by size of an item";

    public override string X => "size of an item (B)";

    public override string Y => RoundTripTime;

    public override string Unit => "us";

    public override string Note => "Items of bytes, sent back from the memory in which they arrived. The socket's side blocks a thread at each end.";

    public override IReadOnlyList<long> Steps => PayloadThroughput.Sizes;

    public override IReadOnlyList<GrowthLine> Lines { get; } =
    [
        new(GrowthLine.Library, static (workplace, bytes) =>
        {
            string address = UnixAddress.New(workplace);
            return [PartSpec.Of<BlockEcho>(address), PartSpec.Of<BlockPinger>(address, bytes.ToString(CultureInfo.InvariantCulture))];
        }),
        new("Unix socket", static (workplace, bytes) =>
            TheirParts.RoundTrip(workplace.NewPath(), StreamKind.Socket, bytes.ToString(CultureInfo.InvariantCulture))),
    ];
}
