using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>The managed heap of a hub after a hundred million items, against that after the first million: it holds what is queued, and nothing else.</summary>
internal sealed class HubMemory : Scenario
{
    private const int Rounds = 100;
    private const int RoundsPerLook = 20;
    private const string ItemsPerRound = "1000000";

    public override IReadOnlyList<RowSpec> Rows { get; } = [new("hub-memory", "B", Direction.AtMost, 1.1)];

    public override bool IsOnRequest => true;

    public override string? WhyNot() => PairedScenario.WhyNoSockets();

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        double[] first = new double[plan.Pairs], last = new double[plan.Pairs];
        for (int i = 0; i < plan.Pairs; i++)
        {
            string channel = SharedParts.NewChannel(workplace);
            await using Side side = await Side.StartAsync(
                [
                    PartSpec.Of<HubHost>(channel, SharedParts.Capacity, "false"), PartSpec.Of<SharedReader>(channel), PartSpec.Of<CountingWriter>(channel, ItemsPerRound),
                ],
                workplace.CancellationToken);
            for (int round = 1; round <= Rounds; round++)
            {
                await side.RunAsync(TimeSpan.Zero);
                if (round > 1 && round % RoundsPerLook != 0)
                    continue;
                last[i] = await MemoryAsync(side, workplace);
                first[i] = round == 1 ? last[i] : first[i];
                workplace.Say($"{Figure.Of(last[i], Rows[0].Unit)} after {round} million items");
            }
        }
        return [new Measurement(last, first)];
    }

    private static Task<double> MemoryAsync(Side side, Workplace workplace) => side.Peers[0].AskOneAsync(Requests.Memory, workplace.CancellationToken);
}
