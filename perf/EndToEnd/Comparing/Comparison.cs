using System.Diagnostics;
using System.Globalization;
using EndToEnd.Comparing.Judging;
using EndToEnd.Comparing.Measuring;
using EndToEnd.Comparing.Reporting;
using EndToEnd.Comparing.Versions;
using EndToEnd.Counters;
using EndToEnd.Machine;
using EndToEnd.Scenarios;

namespace EndToEnd.Comparing;

/// <summary>Compares two versions in some scenarios, one scenario after the other, and judges all rows together.</summary>
internal sealed class Comparison(ComparedVersion old, ComparedVersion @new, IReadOnlyList<SelectedScenario> scenarios, ComparisonPlan plan, double threshold)
{
    private readonly int _sets = ComparisonPlan.SetsPerVersion(Math.Max(1, scenarios.SelectMany(Wanted).Sum(static row => CounterInfo.ThatSpeakFor(row.Row).Count)));

    /// <param name="cores">The cores that everything is confined to.</param>
    /// <param name="cancellationToken">All processes are ended before this returns.</param>
    public async Task<ComparisonResult> RunAsync(string cores, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        var measured = new List<RowReport>();
        var rows = new List<ComparedRow>();
        int left = scenarios.Count(static selected => WhyNot(selected.Scenario) is null);
        foreach (SelectedScenario selected in scenarios)
        {
            if (WhyNot(selected.Scenario) is { } reason)
            {
                rows.AddRange(selected.Scenario.Rows.Where(row => selected.Ids.Contains(row.Id)).Select(row => new ComparedRow { Id = row.Id, Skipped = reason }));
                continue;
            }
            try
            {
                measured.AddRange(await MeasureAsync(selected, (plan.Budget - Stopwatch.GetElapsedTime(started)) / left--, cancellationToken));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"{selected.Scenario.Rows[0].Id} failed: {e}");
                rows.AddRange(Wanted(selected).Select(row => new ComparedRow { Id = row.Row.Id, Skipped = $"failed: {e.Message}", HasFailed = true }));
            }
        }

        var rule = new VerdictRule(threshold);
        IReadOnlyList<RowVerdict> verdicts = RowVerdict.Decide([.. measured.Select(static row => row.Tests)], rule);
        return new ComparisonResult
        {
            Machine = MachineInfo.Read(cores, new Plan(_sets, plan.RoundPerProcess, plan.WarmUp, TimeSpan.Zero)),
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
        $"{string.Join(',', scenarios.SelectMany(Wanted).Select(static row => row.Row.Id))} {_sets}+{plan.SelfSets} x {plan.RoundPerProcess.TotalSeconds} s, {plan.Budget.TotalSeconds} s, {threshold}");

    /// <summary>Why a scenario cannot be compared; null if it can.</summary>
    public static string? WhyNot(Scenario scenario) => scenario is PairedScenario
        ? scenario.WhyNot()
        : "it has no rounds to take turns with; run it by itself with each version";

    private static IEnumerable<(Results.RowSpec Row, int Place)> Wanted(SelectedScenario selected) => WhyNot(selected.Scenario) is null
        ? selected.Scenario.Rows.Select(static (row, place) => (row, place)).Where(row => selected.Ids.Contains(row.row.Id))
        : [];

    private async Task<IEnumerable<RowReport>> MeasureAsync(SelectedScenario selected, TimeSpan budget, CancellationToken cancellationToken)
    {
        var session = new ScenarioSession((PairedScenario)selected.Scenario, old, @new, plan, threshold);
        IReadOnlyList<ProcessSet> sets = await session.RunAsync(_sets, budget, cancellationToken);
        return [.. Wanted(selected).Select(row => new RowReport(sets, row.Row, row.Place))];
    }
}
