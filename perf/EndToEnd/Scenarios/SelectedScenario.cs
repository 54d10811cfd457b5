namespace EndToEnd.Scenarios;

/// <summary>A scenario of which these rows are wanted.</summary>
internal sealed record SelectedScenario(Scenario Scenario, IReadOnlySet<string> Ids);
