using EndToEnd.Comparing.Reporting;
using EndToEnd.Comparing.Versions;
using EndToEnd.Counters;
using EndToEnd.Results;
using EndToEnd.Scenarios;

namespace EndToEnd.Comparing;

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
        selected.Scenario is SideBySide { NeedsWorkers: true } && !(old.HasWorkers && @new.HasWorkers)
            ? "one of the versions has no workers"
            : selected.Scenario.WhyNotCompared());

    public IEnumerable<ComparedRow> Skip(string reason, bool hasFailed = false) =>
        Rows.Select(row => new ComparedRow { Id = row.Row.Id, Skipped = reason, HasFailed = hasFailed });
}
