using System.Diagnostics;
using System.Globalization;
using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;
using EndToEnd.Machine;
using EndToEnd.Results;
using EndToEnd.Scenarios;

namespace EndToEnd.Comparing;

/// <summary>What the user wants compared.</summary>
/// <param name="Reference">The old version: a branch, tag or commit; null for this version.</param>
/// <param name="Rows">Which rows; null for the default.</param>
/// <param name="IsQuick">Fewer and shorter rounds, and fewer rows by default.</param>
/// <param name="Budget">For measuring; null for the default.</param>
/// <param name="Threshold">The smallest difference that matters, as a fraction.</param>
/// <param name="IsSelf">Compares the old version with itself.</param>
internal sealed record ComparisonRequest(string? Reference, string[]? Rows, bool IsQuick, TimeSpan? Budget, double Threshold, bool IsSelf)
{
    /// <summary>Builds what is to be built, and removes it when <paramref name="use"/> is done, in whatever way.</summary>
    /// <param name="use">Gets the comparison, and the cores that it is confined to.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="ComparisonException">It cannot be made.</exception>
    public async Task<int> RunAsync(
        Func<Comparison, ComparedVersion, ComparedVersion, string, Task<int>> use, CancellationToken cancellationToken)
    {
        string[]? rows = Rows is null or [] && IsQuick ? [.. ComparisonPlan.QuickRows] : Rows;
        IReadOnlyList<SelectedScenario> selected = ScenarioList.Select(rows);
        if (selected.All(static one => one.Scenario.WhyNotCompared() is not null))
            throw new ComparisonException($"There is nothing to compare: {selected[0].Scenario.WhyNotCompared()}.");
        Harness harness = Harness.Find();
        await using ComparedVersion own = await ComparedVersion.OwnAsync(harness, cancellationToken);
        await using ComparedVersion old = Reference is null ? own : await ComparedVersion.BuildAsync(harness, Reference, cancellationToken);
        // What is not optimized is compared with nothing: it is asked for here, after names that are wrong.
        if (!Harness.IsOptimized)
            throw new ComparisonException("This program was built without optimization; run it with -c Release.");
        ComparedVersion @new = IsSelf ? old with { Name = $"{old.Name}, again" } : own;
        IReadOnlyList<ComparedScenario> scenarios = [.. selected.Select(one => ComparedScenario.Of(one, old, @new))];
        int comparable = scenarios.Count(static scenario => scenario.WhyNot is null);
        ComparisonPlan plan = IsQuick ? ComparisonPlan.Quick(comparable, Budget) : ComparisonPlan.Full(comparable, Budget);
        return await use(new Comparison(old, @new, scenarios, plan, Threshold), old, @new, Affinity.Pin());
    }
}

/// <summary>How much is measured to compare two versions.</summary>
/// <param name="RoundPerProcess">One turn of one set of processes, by the number of them.</param>
/// <param name="WarmUp">Of each set, before its first round.</param>
/// <param name="SelfSets">Sets of the old version that the others of it are compared with.</param>
/// <param name="SettlingCycles">First cycles, which do not count.</param>
/// <param name="MinCycles">After so many cycles it is decided how many more are needed.</param>
/// <param name="Budget">For all scenarios together, without building.</param>
internal sealed record ComparisonPlan(
    TimeSpan RoundPerProcess, TimeSpan WarmUp, int SelfSets, int SettlingCycles, int MinCycles, TimeSpan Budget)
{
    public const int MaxCycles = 1000;

    private const int MinSets = 6;
    private const int MaxSets = 12;

    // How dear a round is depends on how it happened to begin, so many short rounds tell more than few long ones: of tp-unix and rtt-unix those of 50 ms
    // twice as much in the same time as those of 200 ms. Nine processes on two cores need as long as that before they are all at work.
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(0.025);

    private static readonly TimeSpan s_fullScenario = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan s_fullBudget = TimeSpan.FromMinutes(12.5);
    private static readonly TimeSpan s_quickScenario = TimeSpan.FromSeconds(27);

    /// <summary>The rows of a quick comparison that names none.</summary>
    public static readonly IReadOnlyList<string> QuickRows = ["tp-unix", "tp-record", "rtt-unix"];

    /// <param name="scenarios">How many are measured.</param>
    /// <param name="budget">What the user grants; null for the default.</param>
    public static ComparisonPlan Quick(int scenarios, TimeSpan? budget) =>
        new(s_round, TimeSpan.FromSeconds(0.3), SelfSets: 3, SettlingCycles: 3, MinCycles: 7, budget ?? (scenarios * s_quickScenario));

    /// <inheritdoc cref="Quick"/>
    public static ComparisonPlan Full(int scenarios, TimeSpan? budget) =>
        new(s_round, TimeSpan.FromSeconds(0.6), SelfSets: 4, SettlingCycles: 3, MinCycles: 7, budget ?? Min(scenarios * s_fullScenario, s_fullBudget));

    /// <summary>How many sets each version needs for the exact test to be certain enough of so many tests at once.</summary>
    public static int SetsPerVersion(int tests)
    {
        int sets = MinSets;
        // Half of the level: the most extreme outcome alone would be a needle's eye.
        while (sets < MaxSets && RankSum.SmallestPValue(sets, sets) > VerdictRule.Alpha / tests / 2)
            sets++;
        return sets;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}

/// <summary>A scenario of a comparison.</summary>
/// <param name="Scenario">The one.</param>
/// <param name="Rows">Which of its rows are wanted, and their places.</param>
/// <param name="WhyNot">Why it cannot be compared; null if it can.</param>
internal sealed record ComparedScenario(Scenario Scenario, IReadOnlyList<(RowSpec Row, int Place)> Rows, string? WhyNot)
{
    /// <summary>How many tests its rows take.</summary>
    public int Tests => WhyNot is null ? Rows.Sum(static row => CounterInfo.ThatSpeakFor(row.Row).Count) : 0;

    public static ComparedScenario Of(SelectedScenario selected, ComparedVersion old, ComparedVersion @new) => new(
        selected.Scenario,
        [.. selected.Scenario.Rows.Select(static (row, place) => (row, place)).Where(row => selected.Ids.Contains(row.row.Id))],
        selected.Scenario is Pair { NeedsWorkers: true } && !(old.HasWorkers && @new.HasWorkers)
            ? "one of the versions has no workers"
            : selected.Scenario.WhyNotCompared());

    public IEnumerable<ComparedRow> Skip(string reason, bool hasFailed = false) =>
        Rows.Select(row => new ComparedRow { Id = row.Row.Id, Skipped = reason, HasFailed = hasFailed });
}

/// <summary>Compares two versions in some scenarios, one scenario after the other, and judges all rows together.</summary>
internal sealed class Comparison(
    ComparedVersion old, ComparedVersion @new, IReadOnlyList<ComparedScenario> scenarios, ComparisonPlan plan, double threshold)
{
    private readonly int _tests = Math.Max(1, scenarios.Sum(static scenario => scenario.Tests));

    private int Sets => ComparisonPlan.SetsPerVersion(_tests);

    /// <param name="cores">The cores that everything is confined to.</param>
    /// <param name="cancellationToken">All processes are ended before this returns.</param>
    public async Task<ComparisonResult> RunAsync(string cores, CancellationToken cancellationToken)
    {
        MachineInfo machine = MachineInfo.Read(cores);
        long started = Stopwatch.GetTimestamp();
        var measured = new List<RowReport>();
        var rows = new List<ComparedRow>();
        int left = scenarios.Count(static scenario => scenario.WhyNot is null);
        foreach (ComparedScenario scenario in scenarios)
        {
            if (scenario.WhyNot is { } reason)
            {
                rows.AddRange(scenario.Skip(reason));
                continue;
            }
            try
            {
                TimeSpan budget = (plan.Budget - Stopwatch.GetElapsedTime(started)) / left--;
                measured.AddRange(await MeasureAsync(scenario, budget, cancellationToken));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"{scenario.Rows[0].Row.Id} failed: {e}");
                rows.AddRange(scenario.Skip($"failed: {e.Message}", hasFailed: true));
            }
        }

        var rule = new VerdictRule(threshold);
        IReadOnlyList<RowVerdict> verdicts = RowVerdict.Decide([.. measured.Select(static row => row.Tests)], rule);
        return new ComparisonResult
        {
            Machine = machine,
            Old = old.Name,
            OldCommit = old.Commit,
            New = @new.Name,
            NewCommit = @new.Commit,
            Threshold = threshold,
            Seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1),
            Rows = [.. measured.Zip(verdicts, (row, verdict) => row.Judge(verdict, rule)), .. rows],
        };
    }

    /// <summary>Rows and plan in one line: two comparisons with the same line may be counted together.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{string.Join(',', scenarios.Where(static scenario => scenario.WhyNot is null).SelectMany(static scenario => scenario.Rows).Select(static row => row.Row.Id))} {Sets} sets, {threshold}, {plan}");

    private async Task<IEnumerable<RowReport>> MeasureAsync(ComparedScenario scenario, TimeSpan budget, CancellationToken cancellationToken)
    {
        var session = new ScenarioSession((Pair)scenario.Scenario, scenario.Rows, _tests, old, @new, plan, threshold);
        IReadOnlyList<ProcessSet> sets = await session.RunAsync(Sets, budget, cancellationToken);
        return [.. scenario.Rows.Select(row => new RowReport(sets, row.Row, row.Place, session.Round))];
    }
}

/// <summary>What was measured for one row, before and after all rows are judged together.</summary>
internal sealed class RowReport(IReadOnlyList<ProcessSet> sets, RowSpec row, int place, TimeSpan round)
{
    private readonly IReadOnlyList<Counter> _speaking = CounterInfo.ThatSpeakFor(row);

    /// <summary>Of the counters that speak for the row.</summary>
    /// <exception cref="InvalidOperationException">A round gave no figure, and nothing can be said.</exception>
    public IReadOnlyList<CounterTest> Tests { get; } = [.. CounterInfo.ThatSpeakFor(row).Select(counter =>
        RowCosts.Of(sets, counter, row, place) is { IsComplete: true } costs
            ? CounterTest.Of(costs)
            : throw new InvalidOperationException($"A round of {row.Id} has no {CounterInfo.Name(counter)}."))];

    public ComparedRow Judge(RowVerdict verdict, VerdictRule rule)
    {
        IReadOnlyList<ComparedCounter> counters = [.. CounterInfo.All.Select(counter => Describe(counter, verdict))];
        return new ComparedRow
        {
            Id = row.Id,
            Verdict = verdict.Verdict,
            By = _speaking[verdict.By],
            IsRegression = rule.IsRegression(verdict.Verdict, Tests[verdict.By].Shift.Estimate),
            Sets = sets.Count(static set => set.Role == Role.New),
            Cycles = sets[0].Rounds.Count,
            SecondsPerRound = round.TotalSeconds,
            Counters = counters,
        };
    }

    private ComparedCounter Describe(Counter counter, RowVerdict verdict)
    {
        int spoken = _speaking.ToList().IndexOf(counter);
        var described = new ComparedCounter { Counter = counter, Unit = Round.UnitOf(counter, row), Speaks = spoken >= 0 };
        if (CounterInfo.WhyNot(counter) is { } reason)
            return described with { Skipped = reason };

        Costs costs = RowCosts.Of(sets, counter, row, place);
        if (!costs.IsComplete)
            return described with { Skipped = "a process could not count it" };
        double old = RowCosts.Median(sets, Role.Old, counter, row, place), @new = RowCosts.Median(sets, Role.New, counter, row, place);
        CounterTest test = spoken >= 0 ? Tests[spoken] : CounterTest.Of(costs);
        described = described with
        {
            Old = Statistics.Round(old),
            New = Statistics.Round(@new),
            Ratio = Rounded(test.Shift.Estimate),
            Low = Rounded(test.Shift.Low),
            High = Rounded(test.Shift.High),
        };
        return spoken < 0 ? described : described with
        {
            Verdict = verdict.Verdicts[spoken],
            PValue = Statistics.Round(test.PValue),
            AdjustedPValue = Statistics.Round(verdict.AdjustedPValues[spoken]),
            NoiseFloor = Statistics.Round(Math.Exp(test.Floor) - 1),
            Scatter = Statistics.Round(test.Steadiness),
        };
    }

    private static double Rounded(double logarithm) => Statistics.Round(Math.Exp(logarithm));
}
