using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Growth;

/// <summary>Round trip of many links of one listener at once.</summary>
internal sealed class LinksRoundTrip : GrowthSeries
{
    public override string Id => "links-rtt";

    public override string Title => "Round trip by links at work";

    public override string X => "links, each in a ping-pong of its own";

    public override string Y => "round trip, mean of the medians of the links";

    public override string Unit => "us";

    public override string Note => "One process has all that ping, another the listener and all that answer.";

    public override IReadOnlyList<long> Steps => LinksThroughput.Counts;

    public override IReadOnlyList<GrowthLine> Lines { get; } =
    [
        new(GrowthLine.Library, static (workplace, count) =>
        {
            string address = UnixAddress.New(workplace);
            return [PartSpec.Of<Echo>(address), ManyParts.Of<Pinger>(count, address)];
        }, static figures => figures[1]),
        new("Unix sockets", static (workplace, count) =>
        {
            string path = workplace.NewPath();
            return [PartSpec.Of<RawEcho>(path), ManyParts.Of<RawPinger>(count, path)];
        }, static figures => figures[1]),
    ];
}
