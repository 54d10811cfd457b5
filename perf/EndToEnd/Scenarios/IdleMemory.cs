using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Managed bytes of an idle link, both ends together. Every round has processes of its own, whose pools are empty.</summary>
internal sealed class IdleMemory : IdleScenario
{
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(1);

    public override IReadOnlyList<RowSpec> Rows { get; } = [new("idle-memory", "B", Direction.AtMost, 16 * 1024)];

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        double[] values = new double[plan.Pairs];
        for (int i = 0; i < values.Length; i++)
        {
            await using Side links = await StartAsync(workplace);
            double[] before = await links.AskAllAsync(Requests.Memory);
            await OpenAsync(links, s_settling, workplace);
            double[] after = await links.AskAllAsync(Requests.Memory);
            values[i] = (after.Sum() - before.Sum()) / Links;
            workplace.Say($"{(after[0] - before[0]) / Links:N0} B at the endpoint, {(after[1] - before[1]) / Links:N0} B at the other end");
        }
        return [new Measurement(values, null)];
    }
}
