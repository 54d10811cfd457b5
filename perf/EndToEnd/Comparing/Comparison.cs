using System.Diagnostics;
using System.Globalization;
using EndToEnd.Comparing.Judging;
using EndToEnd.Comparing.Measuring;
using EndToEnd.Comparing.Reporting;
using EndToEnd.Comparing.Versions;
using EndToEnd.Machine;
using EndToEnd.Scenarios;

namespace EndToEnd.Comparing;

/// <summary>Compares two versions in some scenarios, one scenario after the other, and judges all rows together.</summary>
internal sealed class Comparison(ComparedVersion old, ComparedVersion @new, IReadOnlyList<ComparedScenario> scenarios, ComparisonPlan plan, double threshold)
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
                measured.AddRange(await MeasureAsync(scenario, (plan.Budget - Stopwatch.GetElapsedTime(started)) / left--, cancellationToken));
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
        var session = new ScenarioSession((PairedScenario)scenario.Scenario, scenario.Rows, _tests, old, @new, plan, threshold);
        IReadOnlyList<ProcessSet> sets = await session.RunAsync(Sets, budget, cancellationToken);
        return [.. scenario.Rows.Select(row => new RowReport(sets, row.Row, row.Place, session.Round))];
    }
}
