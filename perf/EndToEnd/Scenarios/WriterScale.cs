using System.Globalization;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>One, four, sixteen and sixty-four links that write to one channel: what they carry together, against what one carries.</summary>
/// <remarks>The row is that of sixteen; what the others carry is told on the way.</remarks>
internal sealed class WriterScale : Scenario
{
    private const string Capacity = "65536";
    private const int One = 0, Sixteen = 2;

    private static readonly int[] s_links = [1, 4, 16, 64];

    public override IReadOnlyList<RowSpec> Rows { get; } = [new("scale-writers", "items/s", Direction.AtLeast, 0.8, "one link")];

    public override string? WhyNot() => PairedScenario.WhyNoSockets();

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        var sides = new List<Side>();
        try
        {
            foreach (int links in s_links)
            {
                string address = UnixAddress.New(workplace);
                sides.Add(await Side.StartAsync(
                    [PartSpec.Of<OwnerReader>(address, Capacity), PartSpec.Of<SharedWriters>(address, links.ToString(CultureInfo.InvariantCulture))],
                    workplace.CancellationToken));
                await sides[^1].WarmUpAsync(plan.WarmUp);
            }
            double[][] rates = [.. sides.Select(_ => new double[plan.Pairs])];
            for (int round = 0; round < plan.Pairs; round++)
            {
                for (int i = 0; i < sides.Count; i++)
                {
                    int side = round % 2 == 0 ? i : sides.Count - 1 - i;
                    rates[side][round] = (await sides[side].RunAsync(plan.Duration))[0];
                }
                workplace.Say($"round {round + 1} of {plan.Pairs}: {string.Join(", ", s_links.Select((links, i) => Describe(links, rates[i][round], rates[One][round])))}");
            }
            return [new Measurement(rates[Sixteen], rates[One])];
        }
        finally
        {
            foreach (Side side in sides)
                await side.DisposeAsync();
        }
    }

    private string Describe(int links, double rate, double one) => $"{links} links {Figure.Of(rate, Rows[0].Unit)} ({Figure.Of(rate / one)}x)";
}
