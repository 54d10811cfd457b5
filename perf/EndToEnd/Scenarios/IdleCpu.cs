using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Processor time of an endpoint with idle links, less that of an idle process at the same time.</summary>
internal sealed class IdleCpu : IdleScenario
{
    private static readonly TimeSpan s_reported = TimeSpan.FromSeconds(10);

    public override IReadOnlyList<RowSpec> Rows { get; } = [new("idle-cpu", "ms", Direction.AtMost, 10)];

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        await using Side links = await StartAsync(workplace);
        await using Side nothing = await Side.StartAsync([PartSpec.Of<Bystander>()], workplace.CancellationToken);
        // What was compiled hastily while the links were opened is compiled again soon after; that is not idleness.
        await OpenAsync(links, plan.IdleDuration, workplace);

        double[] values = new double[plan.Pairs];
        for (int i = 0; i < values.Length; i++)
        {
            double endpoint = await CpuAsync(links.Peers[0], workplace), bystander = await CpuAsync(nothing.Driver, workplace);
            await Task.Delay(plan.IdleDuration, workplace.CancellationToken);
            endpoint = await CpuAsync(links.Peers[0], workplace) - endpoint;
            bystander = await CpuAsync(nothing.Driver, workplace) - bystander;
            workplace.Say($"{endpoint:N2} ms, an idle process {bystander:N2} ms in {plan.IdleDuration.TotalSeconds} s");
            values[i] = (endpoint - bystander) * (s_reported / plan.IdleDuration);
        }
        return [new Measurement(values, null)];
    }

    private static Task<double> CpuAsync(Peer peer, Workplace workplace) => peer.AskOneAsync(Requests.Cpu, workplace.CancellationToken);
}
