namespace EndToEnd.Scenarios;

/// <summary>Every scenario, in the order of the report.</summary>
internal static class ScenarioList
{
    public const string AllRows = "all";

    private static readonly Scenario[] s_all =
    [
        new Throughput("tp-unix", "1024", target: 0.8),
        new Throughput("tp-unix-deep", "65536", target: 1),
        new Throughput("tp-unix-unbounded", Parts.Capacity.Unbounded, target: 0.8),
        new BatchThroughput(),
        new RecordThroughput(),
        new RoundTrip(),
        new Bandwidth(),
        new Connecting(),
        new IdleCpu(),
        new IdleMemory(),
        new Allocation(),
        new IdleScale(),
        .. Comparisons.All,
    ];

    public static IEnumerable<string> Ids => s_all.SelectMany(static scenario => scenario.Rows).Select(static row => row.Id);

    /// <summary>The scenarios that give these rows; all without any.</summary>
    public static IReadOnlyList<SelectedScenario> Select(string[]? ids)
    {
        var wanted = ids is null or [] || ids.Contains(AllRows, StringComparer.Ordinal) ? Ids.ToHashSet(StringComparer.Ordinal) : ids.ToHashSet(StringComparer.Ordinal);
        return [.. s_all.Where(scenario => scenario.Rows.Any(row => wanted.Contains(row.Id))).Select(scenario => new SelectedScenario(scenario, wanted))];
    }
}
