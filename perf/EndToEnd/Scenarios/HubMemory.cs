using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>By how much the managed heap of a hub grows between the first million items and the hundredth: it holds what is queued, and pools that are full soon.</summary>
internal sealed class HubMemory : Scenario
{
    private const int Rounds = 100;
    private const int RoundsPerLook = 20;
    private const string ItemsPerRound = "1000000";

    public override IReadOnlyList<RowSpec> Rows { get; } = [new("hub-memory", "B", Direction.AtMost, 1 << 20)];

    public override bool IsOnRequest => true;

    public override string? WhyNot() => PairedScenario.WhyNoSockets();

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        double[] growths = new double[plan.Pairs];
        for (int i = 0; i < plan.Pairs; i++)
        {
            string channel = SharedParts.NewChannel(workplace);
            await using Side side = await Side.StartAsync(
                [
                    PartSpec.Of<HubHost>(channel, SharedParts.Capacity, "false"), PartSpec.Of<SharedReader>(channel), PartSpec.Of<CountingWriter>(channel, ItemsPerRound),
                ],
                workplace.CancellationToken);
            double first = 0;
            for (int round = 1; round <= Rounds; round++)
            {
                await side.RunAsync(TimeSpan.Zero);
                if (round > 1 && round % RoundsPerLook != 0)
                    continue;
                double heap = await side.Peers[0].AskOneAsync(Requests.Memory, workplace.CancellationToken);
                first = round == 1 ? heap : first;
                growths[i] = heap - first;
                workplace.Say($"{Figure.Of(heap, Rows[0].Unit)} after {round} million items");
            }
        }
        return [new Measurement(growths, null)];
    }
}
