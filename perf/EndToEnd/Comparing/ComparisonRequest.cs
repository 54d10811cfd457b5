using EndToEnd.Comparing.Versions;
using EndToEnd.Machine;
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
    public async Task<int> RunAsync(Func<Comparison, ComparedVersion, ComparedVersion, string, Task<int>> use, CancellationToken cancellationToken)
    {
        IReadOnlyList<SelectedScenario> selected = ScenarioList.Select(Rows is null or [] && IsQuick ? [.. ComparisonPlan.QuickRows] : Rows);
        if (selected.All(static one => one.Scenario.WhyNotCompared() is not null))
            throw new ComparisonException($"There is nothing to compare: {selected[0].Scenario.WhyNotCompared()}.");
        Harness harness = Harness.Find();
        await using ComparedVersion own = await ComparedVersion.OwnAsync(harness, cancellationToken);
        await using ComparedVersion old = Reference is null ? own : await ComparedVersion.BuildAsync(harness, Reference, cancellationToken);
        // What is not optimized is compared with nothing: it is asked for here, so that wrong names are told first.
        if (!Harness.IsOptimized)
            throw new ComparisonException("This program was built without optimization; run it with -c Release.");
        ComparedVersion @new = IsSelf ? old with { Name = $"{old.Name}, again" } : own;
        IReadOnlyList<ComparedScenario> scenarios = [.. selected.Select(one => ComparedScenario.Of(one, old, @new))];
        int comparable = scenarios.Count(static scenario => scenario.WhyNot is null);
        ComparisonPlan plan = IsQuick ? ComparisonPlan.Quick(comparable, Budget) : ComparisonPlan.Full(comparable, Budget);
        return await use(new Comparison(old, @new, scenarios, plan, Threshold), old, @new, Affinity.Pin());
    }
}
