using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Bytes allocated an item, and an await, in the process that allocates more.</summary>
/// <remarks>Items come from the rounds of tp-unix; awaits from a ping-pong, where every item is waited for at both ends.</remarks>
internal sealed class Allocation : Scenario
{
    private const int DurationFactor = 5;

    public override IReadOnlyList<RowSpec> Rows { get; } = [new("alloc", "B", Direction.AtMost, 0.01)];

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        string stream = UnixAddress.New(workplace), echo = UnixAddress.New(workplace);
        await using Side items = await Side.StartAsync([PartSpec.Of<LongReader>(stream, "1024"), PartSpec.Of<LongWriter>(stream)], workplace.CancellationToken);
        await using Side awaits = await Side.StartAsync([PartSpec.Of<Echo>(echo), PartSpec.Of<Pinger>(echo)], workplace.CancellationToken);
        await items.WarmUpAsync(plan.WarmUp);
        await awaits.WarmUpAsync(plan.WarmUp);

        double[] values = new double[plan.Pairs];
        for (int i = 0; i < values.Length; i++)
        {
            double item = await BytesAsync(items, plan.Duration * DurationFactor);
            double wait = await BytesAsync(awaits, plan.Duration * DurationFactor);
            workplace.Say($"{item:N4} B an item, {wait:N4} B an await");
            values[i] = Math.Max(item, wait);
        }
        return [new Measurement(values, null)];
    }

    /// <summary>One round; asking costs bytes as well, so the questions are asked twice before it, and what the second cost is taken off.</summary>
    private static async Task<double> BytesAsync(Side side, TimeSpan duration)
    {
        double[] first = await side.AskAllAsync(Requests.Allocated);
        double[] before = await side.AskAllAsync(Requests.Allocated);
        double[] figures = await side.RunAsync(duration);
        double[] after = await side.AskAllAsync(Requests.Allocated);
        double bytes = after.Select((bytes, i) => bytes - before[i] - (before[i] - first[i])).Max();
        return Math.Max(0, bytes) / figures[^1];
    }
}
