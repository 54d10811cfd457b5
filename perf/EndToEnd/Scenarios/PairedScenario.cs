using System.Net.Sockets;
using EndToEnd.Peers;
using EndToEnd.Results;

namespace EndToEnd.Scenarios;

/// <summary>A scenario with a baseline: both sides live in processes of their own, side by side, and take turns.</summary>
internal abstract class PairedScenario : Scenario
{
    /// <summary>How many of the library's parts, the last ones, run the rounds together.</summary>
    public virtual int SubjectDrivers => 1;

    public static string? WhyNoSockets() => Socket.OSSupportsUnixDomainSockets ? null : "the system has no Unix sockets";

    public override string? WhyNot() => WhyNotSubject();

    public override string? WhyNotCompared() => WhyNotSubject();

    /// <summary>Why the library's side cannot run here; null if it can.</summary>
    protected virtual string? WhyNotSubject() => WhyNoSockets();

    /// <summary>The library's side: who listens first, who runs the rounds last.</summary>
    protected abstract IReadOnlyList<PartSpec> Subject(Workplace workplace);

    /// <summary>The other side.</summary>
    protected abstract IReadOnlyList<PartSpec> Baseline(Workplace workplace);

    /// <summary>The library's side alone, for a comparison with another version of it.</summary>
    public IReadOnlyList<PartSpec> SubjectParts(Workplace workplace) => Subject(workplace);

    public sealed override async Task<IReadOnlyList<Measurement>> MeasureAsync(Plan plan, Workplace workplace)
    {
        await using Side subject = await Side.StartAsync(Subject(workplace), workplace.CancellationToken, drivers: SubjectDrivers);
        await using Side baseline = await Side.StartAsync(Baseline(workplace), workplace.CancellationToken);
        await subject.WarmUpAsync(plan.WarmUp);
        await baseline.WarmUpAsync(plan.WarmUp);

        var values = new double[plan.Pairs][];
        var baselines = new double[plan.Pairs][];
        for (int pair = 0; pair < plan.Pairs; pair++)
        {
            // A B, then B A: what drifts, such as the clock of a processor that warms up, favors neither.
            bool isSubjectFirst = pair % 2 == 0;
            if (isSubjectFirst)
                values[pair] = await subject.RunAsync(plan.Duration);
            baselines[pair] = await baseline.RunAsync(plan.Duration);
            if (!isSubjectFirst)
                values[pair] = await subject.RunAsync(plan.Duration);
            workplace.Say($"pair {pair + 1} of {plan.Pairs}: {Describe(values[pair], baselines[pair])}");
        }
        return [.. Rows.Select((_, i) => new Measurement([.. values.Select(round => round[i])], [.. baselines.Select(round => round[i])]))];
    }

    private string Describe(double[] value, double[] baseline) => string.Join(
        "; ", Rows.Select((row, i) => $"{Figure.Of(value[i], row.Unit)} against {Figure.Of(baseline[i], row.Unit)}, {Figure.Of(value[i] / baseline[i])}x"));
}
