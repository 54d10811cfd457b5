using EndToEnd.Results;

namespace EndToEnd.Reporting;

/// <summary>Distributions of latency, a chart a load.</summary>
internal static class LatencySection
{
    private static readonly HtmlColumn[] s_columns =
    [
        new("carried by"), new("items/s", IsNumber: true), new("p50", IsNumber: true), new("p90", IsNumber: true), new("p99", IsNumber: true),
        new("p99.9", IsNumber: true), new("largest", IsNumber: true), new("p99 late", IsNumber: true),
    ];

    public static void Write(ResultFile result, HtmlText body)
    {
        if (result.Latency is not { } latency)
            return;
        body.Element("h2", "Latency at an offered load").Element("p", "Items are due on a steady schedule, whether or not those before are through, and their latency counts from then: "
            + "a sender that is held up hides nothing. \"Late\" is how long after that the write began, a part of the latency. Whiskers: the smallest and the largest 99th percentile of a round.");
        foreach (IGrouping<string, LatencyLine> load in latency.Lines.GroupBy(static line => line.Load, StringComparer.Ordinal))
        {
            body.Element("h3", load.Key).Tag("div class=\"beside\"");
            body.Chart("latency", load.Key, $"Lines: latency in microseconds by percentile at {load.Key}. The table has the same figures.");
            body.Table($"Microseconds at {load.Key}; {Figure.Rounds(latency.Rounds, latency.SecondsPerRound)}", s_columns, load.Select(static line => (IReadOnlyList<string>)
                [line.Name, .. ((double[])[line.Achieved, line.P50, line.P90, line.P99, line.P999, line.Max, line.Late99]).Select(static figure => Figure.Of(figure))]));
            body.Tag("/div");
        }
    }
}
