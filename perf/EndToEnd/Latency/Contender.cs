using System.Globalization;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace EndToEnd.Latency;

/// <summary>One of those whose latency is compared.</summary>
/// <param name="Name">In the report.</param>
/// <param name="Parts">Its processes for one rate; who reads last.</param>
internal sealed record Contender(string Name, Func<Workplace, double, IReadOnlyList<PartSpec>> Parts)
{
    private const string Bounded = "1024";

    public static readonly IReadOnlyList<Contender> All =
    [
        new("CrossChannels", static (workplace, rate) => OurParts.Stamps(workplace, Bounded, rate)),
        new("Unix socket", static (workplace, rate) =>
        {
            string path = workplace.NewPath();
            return [PartSpec.Of<RawStampWriter>(path, Text(rate)), PartSpec.Of<RawStampReader>(path)];
        }),
        new("Channel<T> in process", static (_, rate) => [PartSpec.Of<StampsInProcess>(Bounded, Text(rate))]),
    ];

    private static string Text(double rate) => rate.ToString("R", CultureInfo.InvariantCulture);
}
