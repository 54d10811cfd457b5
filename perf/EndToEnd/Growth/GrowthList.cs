namespace EndToEnd.Growth;

/// <summary>Every series, in the order of the report.</summary>
internal static class GrowthList
{
    private static readonly GrowthSeries[] s_all =
    [
        new PayloadThroughput(),
        new PayloadRoundTrip(),
        new CapacityThroughput(),
        new CapacityDelay(),
        new WritersThroughput(),
        new ReadersThroughput(),
        new LinksThroughput(),
        new LinksRoundTrip(),
        new IdleThroughput(),
        new IdleRoundTrip(),
    ];

    public static IReadOnlyList<string> Ids { get; } = [.. s_all.Select(static series => series.Id)];

    public static IReadOnlyList<GrowthSeries> Select(IReadOnlyCollection<string> ids) =>
        [.. s_all.Where(series => ids.Count == 0 || ids.Contains(series.Id, StringComparer.Ordinal))];
}
