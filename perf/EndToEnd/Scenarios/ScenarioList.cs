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
        new OwnerThroughput(),
        new OwnerRoundTrip(),
        new HubForward(),
        new HubMany(),
        new Leased(),
        new WriterScale(),
        new HubIdleScale(),
        new HubMemory(),
        new IdleScale("scale-idle", 1000, isOnRequest: false),
        new IdleScale("scale-idle-10000", 10_000, isOnRequest: true),
        .. WorkerRows.All,
        .. Comparisons.All,
    ];

    public static IEnumerable<string> Ids => s_all.SelectMany(static scenario => scenario.Rows).Select(static row => row.Id);

    /// <summary>The scenarios that give these rows; without any, all that do not wait to be named.</summary>
    public static IReadOnlyList<SelectedScenario> Select(string[]? ids)
    {
        HashSet<string> wanted = [.. ids is null or [] ? [AllRows] : ids];
        if (wanted.Remove(AllRows))
            wanted.UnionWith(s_all.Where(static scenario => !scenario.IsOnRequest).SelectMany(static scenario => scenario.Rows).Select(static row => row.Id));
        return [.. s_all.Where(scenario => scenario.Rows.Any(row => wanted.Contains(row.Id))).Select(scenario => new SelectedScenario(scenario, wanted))];
    }
}
