using System.Diagnostics;
using EndToEnd.Comparing.Judging;
using EndToEnd.Comparing.Versions;
using EndToEnd.Counters;
using EndToEnd.Results;
using EndToEnd.Scenarios;

namespace EndToEnd.Comparing.Measuring;

/// <summary>Measures one scenario with both versions: many sets of processes, all alive, that take turns.</summary>
/// <param name="scenario">The one.</param>
/// <param name="rows">Which of its rows are wanted, and their places.</param>
/// <param name="tests">Tests of the whole comparison.</param>
/// <param name="old">The one version.</param>
/// <param name="new">The other version.</param>
/// <param name="plan">How much is measured.</param>
/// <param name="threshold">The smallest difference that matters, as a fraction.</param>
internal sealed class ScenarioSession(
    PairedScenario scenario, IReadOnlyList<(RowSpec Row, int Place)> rows, int tests, ComparedVersion old, ComparedVersion @new, ComparisonPlan plan, double threshold)
{
    // Starting is waiting, in part: for processes, and for the compiler to come to rest.
    private const int StartedAtOnce = 2;

    /// <summary>How long each round is; known once it runs.</summary>
    public TimeSpan Round { get; private set; }

    /// <summary>Runs all cycles.</summary>
    /// <param name="setsPerVersion">Sets of each version that are compared.</param>
    /// <param name="budget">For starting, and for all cycles.</param>
    /// <param name="cancellationToken">All processes are ended before this returns.</param>
    public async Task<IReadOnlyList<ProcessSet>> RunAsync(int setsPerVersion, TimeSpan budget, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        using var workplace = new Workplace(scenario.Rows[0].Id, cancellationToken);
        IReadOnlyList<Role> roles = Turns.Order(setsPerVersion, plan.SelfSets);
        var sets = new ProcessSet?[roles.Count];
        try
        {
            workplace.Say($"starts {roles.Count} sets of processes");
            await StartAsync(sets, roles, workplace);
            await RunAsync(sets!, setsPerVersion, budget - Stopwatch.GetElapsedTime(started), workplace);
            return sets!;
        }
        finally
        {
            await Task.WhenAll(sets.Select(static async set => await (set?.DisposeAsync() ?? default)));
        }
    }

    private async Task StartAsync(ProcessSet?[] sets, IReadOnlyList<Role> roles, Workplace workplace)
    {
        // Addresses are handed out here, one after the other.
        var parts = roles.Select(_ => scenario.SubjectParts(workplace)).ToArray();
        Round = plan.RoundPerProcess * parts[0].Count;
        var options = new ParallelOptions { MaxDegreeOfParallelism = StartedAtOnce, CancellationToken = workplace.CancellationToken };
        await Parallel.ForAsync(0, sets.Length, options, async (i, token) =>
        {
            string executable = roles[i] == Role.New ? @new.Executable : old.Executable;
            sets[i] = await ProcessSet.StartAsync(executable, parts[i], scenario.SubjectDrivers, roles[i], plan.WarmUp, token);
        });
    }

    private async Task RunAsync(ProcessSet[] sets, int setsPerVersion, TimeSpan budget, Workplace workplace)
    {
        for (int cycle = 0; cycle < plan.SettlingCycles; cycle++)
            await RunCycleAsync(sets, cycle, static (set, round) => set.RunAsync(round, isCounted: false));

        long started = Stopwatch.GetTimestamp();
        int done = 0;
        for (; done < plan.MinCycles; done++)
            await RunCycleAsync(sets, done, static (set, round) => set.RunAsync(round, isCounted: true));

        TimeSpan cycleTime = Stopwatch.GetElapsedTime(started) / done;
        int affordable = (int)Math.Clamp((budget / cycleTime) - plan.SettlingCycles - 1, done, ComparisonPlan.MaxCycles);
        int needed = Needed(sets, setsPerVersion);
        int wanted = Math.Clamp(needed, done, affordable);
        workplace.Say($"{wanted} cycles of {cycleTime.TotalSeconds:N1} s"
            + (needed > affordable ? $"; the noise asks for {(needed >= ComparisonPlan.MaxCycles ? "more than " : "")}{needed}, and the budget has no more" : ""));
        for (; done < wanted; done++)
            await RunCycleAsync(sets, done, static (set, round) => set.RunAsync(round, isCounted: true));
        if (CounterInfo.WhyNot(Counter.SystemCalls) is null)
            await RunCycleAsync(sets, done, static (set, round) => set.RunCountedAsync(round));
    }

    private async Task RunCycleAsync(ProcessSet[] sets, int cycle, Func<ProcessSet, TimeSpan, Task> run)
    {
        foreach (ProcessSet set in Turns.Of(sets, cycle))
            await run(set, Round);
    }

    /// <summary>How many cycles a difference of the threshold needs, by the sets that take no part in the test.</summary>
    private int Needed(ProcessSet[] sets, int setsPerVersion)
    {
        var counts = rows.Select(row => CounterInfo.ThatSpeakFor(row.Row)
            .Min(counter => Spread.Of(RowCosts.Of(sets, Role.Self, counter, row.Row, row.Place)).Cycles(Math.Log(1 + threshold), setsPerVersion, tests)));
        return (int)Math.Min(ComparisonPlan.MaxCycles, Math.Ceiling(counts.Max()));
    }
}
