using EndToEnd.Machine;
using EndToEnd.Parts;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>Processor time of an endpoint with idle links, less that of an idle process at the same time.</summary>
internal sealed class IdleCpu(RowSpec row, Processes links) : Scenario(row)
{
    private static readonly TimeSpan s_reported = TimeSpan.FromSeconds(10);

    public override string? WhyNot() => FileLimit.WhyNot(ScenarioList.IdleLinks);

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        await using Side idle = await Side.StartAsync(links(workplace), workplace.CancellationToken);
        await using Side nothing = await Side.StartAsync([PartSpec.Of<Bystander>()], workplace.CancellationToken);
        await idle.RunAsync(TimeSpan.Zero);
        // What was compiled hastily while the links were opened is compiled again soon after; that is not idleness.
        await Task.Delay(plan.IdleDuration, workplace.CancellationToken);

        double[] values = new double[plan.Pairs];
        for (int i = 0; i < values.Length; i++)
        {
            double endpoint = await CpuAsync(idle.Peers[0], workplace), bystander = await CpuAsync(nothing.Driver, workplace);
            await Task.Delay(plan.IdleDuration, workplace.CancellationToken);
            endpoint = await CpuAsync(idle.Peers[0], workplace) - endpoint;
            bystander = await CpuAsync(nothing.Driver, workplace) - bystander;
            workplace.Say($"{endpoint:N2} ms, an idle process {bystander:N2} ms in {plan.IdleDuration.TotalSeconds} s");
            values[i] = (endpoint - bystander) * (s_reported / plan.IdleDuration);
        }
        return [new Measurement(values, null)];
    }

    private static Task<double> CpuAsync(Peer peer, Workplace workplace) => peer.AskOneAsync(Requests.Cpu, workplace.CancellationToken);
}

/// <summary>Bytes of an idle link, both ends together: managed ones, and resident ones of shared memory. Every round has processes of its own, whose pools are empty.</summary>
internal sealed class IdleMemory(RowSpec row, Processes links, bool isShared = false) : Scenario(row)
{
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(1);

    public override string? WhyNot() => FileLimit.WhyNot(ScenarioList.IdleLinks);

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        double[] values = new double[plan.Pairs];
        for (int i = 0; i < values.Length; i++)
        {
            await using Side idle = await Side.StartAsync(links(workplace), workplace.CancellationToken);
            double[] before = await AskAsync(idle);
            await idle.RunAsync(TimeSpan.Zero);
            await Task.Delay(s_settling, workplace.CancellationToken);
            double[] after = await AskAsync(idle);
            double[] ofALink = [.. after.Zip(before, static (now, then) => (now - then) / ScenarioList.IdleLinks)];
            values[i] = ofALink.Sum();
            workplace.Say($"{ofALink[0]:N0} B at the endpoint, {ofALink[1]:N0} B at the other end");
        }
        return [new Measurement(values, null)];
    }

    private async Task<double[]> AskAsync(Side side)
    {
        double[] managed = await side.AskAllAsync(Requests.Memory);
        return isShared ? [.. managed.Zip(await side.AskAllAsync(Requests.SharedMemory), static (heap, segments) => heap + segments)] : managed;
    }
}

/// <summary>Bytes allocated an item, and an await, in the process that allocates more.</summary>
/// <remarks>Items come from rounds that write all the time; awaits from a ping-pong, where every item is waited for at both ends.</remarks>
internal sealed class Allocation(RowSpec row, Processes numbers, Processes roundTrip) : Scenario(row)
{
    private const int DurationFactor = 5;

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        await using Side items = await Side.StartAsync(numbers(workplace), workplace.CancellationToken);
        await using Side awaits = await Side.StartAsync(roundTrip(workplace), workplace.CancellationToken);
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

    /// <summary>
    /// One round; asking costs bytes as well: the questions are asked twice before it, and what the second cost is taken off.
    /// </summary>
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

/// <summary>
/// By how much the managed heap of a hub grows between the first round and the hundredth: it holds what is queued, and pools that are full
/// soon.
/// </summary>
internal sealed class HubMemory(RowSpec row, Processes forward) : Scenario(row)
{
    private const int Rounds = 100;
    private const int RoundsPerLook = 20;

    public override string? WhyNot() => Pair.WhyNoSockets();

    public override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        double[] growths = new double[plan.Pairs];
        for (int i = 0; i < plan.Pairs; i++)
        {
            await using Side side = await Side.StartAsync(forward(workplace), workplace.CancellationToken);
            double first = 0;
            for (int round = 1; round <= Rounds; round++)
            {
                await side.RunAsync(TimeSpan.Zero);
                if (round > 1 && round % RoundsPerLook != 0)
                    continue;
                double heap = await side.Peers[0].AskOneAsync(Requests.Memory, workplace.CancellationToken);
                first = round == 1 ? heap : first;
                growths[i] = heap - first;
                workplace.Say($"{Figure.Of(heap, Rows[0].Unit)} after {round} rounds");
            }
        }
        return [new Measurement(growths, null)];
    }
}
