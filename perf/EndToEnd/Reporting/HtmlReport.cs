using System.Reflection;
using System.Text.Json;
using EndToEnd.Results;

namespace EndToEnd.Reporting;

/// <summary>A result file as one page with charts that needs no other file and no network.</summary>
internal static class HtmlReport
{
    private const string Title = "Performance of CrossChannels";

    // The library first: the other extends it.
    private static readonly string[] s_libraries = ["chart", "chartjs-chart-error-bars"];
    private static readonly string[] s_licences = ["chart", "kurkle-color", "chartjs-chart-error-bars"];

    public static string Of(ResultFile result)
    {
        var body = new HtmlText();
        body.Element("h1", Title).Element("p", result.Machine + ".");
        body.Tag("noscript").Element("p", "The charts need scripts; the tables have all that they show.").Tag("/noscript");
        RowSections.Write(result, body);
        SeriesSection.Write(result, body);
        LatencySection.Write(result, body);

        // Filled from the front to the back in one pass: no value is looked at for names.
        string[] pieces = Asset.Read("report.html").Split("{{", StringSplitOptions.None);
        return pieces[0] + string.Concat(pieces.Skip(1).Select(piece =>
        {
            string[] both = piece.Split("}}", 2);
            return Value(both[0], result, body) + both[1];
        }));
    }

    private static string Value(string name, ResultFile result, HtmlText body) => name switch
    {
        "title" => HtmlText.Encode(Title),
        "style" => Asset.Read("report.css"),
        "body" => body.ToString(),
        "result" => JsonSerializer.Serialize(result, ResultJson.Default.ResultFile),
        "libraries" => Libraries(),
        "script" => Asset.Read("report.js"),
        _ => throw new InvalidOperationException($"The page has no value '{name}'."),
    };

    private static string Libraries()
    {
        string licences = string.Join("\n\n", s_licences.Select(static name => Asset.Read($"Vendor/{name}.LICENSE.txt").Trim()));
        IEnumerable<string> scripts = s_libraries.Select(static name => WithoutMap(Asset.Read($"Vendor/{name}.umd.min.js")));
        return $"<script>\n/*\n{licences}\n*/\n</script>\n" + string.Concat(scripts.Select(static script => $"<script>\n{script}\n</script>\n"));
    }

    /// <summary>Without the comment that has tools ask for a file which is not there.</summary>
    private static string WithoutMap(string script) =>
        string.Join('\n', script.Split('\n').Where(static line => !line.StartsWith("//# sourceMappingURL", StringComparison.Ordinal))).Trim();
}

/// <summary>Rows beside their baselines.</summary>
internal static class RowSections
{
    public static void Write(ResultFile result, HtmlText body)
    {
        Row[] targets = [.. result.Targets()], peers = [.. result.Peers()];
        if (targets.Length > 0)
        {
            body.Element("h2", "Targets").Element("p", "Each row was measured beside its baseline in the same run, in turns. "
                + "The bar is the median of the ratios of all pairs, the whiskers are its confidence interval, the diamond is the target. Rows without a baseline are in the table only.");
            body.Chart(
                "ratios", "targets",
                "Bars: how many times as good as its baseline each row is, with interval and target. The table below has the same figures.",
                Height(targets));
            body.Table(
                "Rows with a target", Columns("baseline", "target", "verdict", "note"),
                targets.Select(static row => Cells(row, Figure.TargetOf(row), row.Verdict(), row.Note ?? "")));
        }
        if (peers.Length > 0)
        {
            body.Element("h2", "Against what you would use instead").Element(
                "p", "The same loops with the same items in as many processes. The note says where the two do not mean the same.");
            body.Chart(
                "ratios", "peers",
                "Bars: how many times as good as each alternative CrossChannels is, with interval. The table below has the same figures.",
                Height(peers));
            body.Table("Rows that compare", Columns("alternative", "note"), peers.Select(static row => Cells(row, row.Note ?? "")));
        }
    }

    private static int Height(Row[] rows) => 8 + (3 * rows.Count(static row => row.Baseline is not null));

    private static HtmlColumn[] Columns(string baseline, params string[] more) =>
    [
        new("row"), new("compared with"), new("CrossChannels", IsNumber: true), new(baseline, IsNumber: true),
        new("ratio", IsNumber: true), new("interval", IsNumber: true), .. more.Select(static name => new HtmlColumn(name)),
    ];

    private static IReadOnlyList<string> Cells(Row row, params string[] more) => row.Skipped is { } reason
        ? [row.Id, row.Against ?? "", "", "", "", $"skipped: {reason}", .. more]
        : [row.Id, row.Against ?? "", Figure.Of(row.Value, row.Unit), Figure.Of(row.Baseline, row.Unit), Figure.RatioOf(row, row.Ratio), Figure.IntervalOf(row), .. more];
}

/// <summary>What grows with what, a chart each.</summary>
internal static class SeriesSection
{
    public static void Write(ResultFile result, HtmlText body)
    {
        if (result.Series is not { Count: > 0 } all)
            return;
        body.Element("h2", "Growth").Element(
            "p", "A point is the median of some rounds, with its interval; those that are compared take turns. Both axes are logarithmic.");
        foreach (Series series in all)
        {
            body.Element("h3", series.Title).Element("p", series.Skipped is { } reason ? $"Skipped: {reason}." : series.Note ?? "");
            if (series.Lines.Count > 0)
                Write(series, body);
        }
    }

    private static void Write(Series series, HtmlText body)
    {
        body.Tag("div class=\"beside\"");
        body.Chart("series", series.Id, $"Lines: {series.Y} in {series.Unit} against {series.X}. The table has the same figures.");
        body.Table(
            $"{series.Title}: {series.Y}, {series.Unit}; {Figure.Rounds(series.Rounds, series.SecondsPerRound)}",
            [new(series.X, IsNumber: true), .. series.Lines.Select(static line => new HtmlColumn(line.Name, IsNumber: true))],
            Enumerable.Range(0, series.Lines[0].Points.Count).Select(i => (IReadOnlyList<string>)
                [Figure.Step(series.Lines[0].Points[i].X), .. series.Lines.Select(line => Cell(line.Points[i]))]));
        body.Tag("/div");
    }

    private static string Cell(SeriesPoint point) => $"{Figure.Of(point.Value)} ({Figure.Of(point.Low)} to {Figure.Of(point.High)})";
}

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
        body.Element("h2", "Latency at an offered load").Element(
            "p",
            "Items are due on a steady schedule, whether or not those before are through, and their latency counts from then: "
                + "a sender that is held up hides nothing. \"Late\" is how long after that the write began, a part of the latency. "
                + "Whiskers: the smallest and the largest 99th percentile of a round.");
        foreach (IGrouping<string, LatencyLine> load in latency.Lines.GroupBy(static line => line.Load, StringComparer.Ordinal))
        {
            body.Element("h3", load.Key).Tag("div class=\"beside\"");
            body.Chart("latency", load.Key, $"Lines: latency in microseconds by percentile at {load.Key}. The table has the same figures.");
            body.Table($"Microseconds at {load.Key}; {Figure.Rounds(latency.Rounds, latency.SecondsPerRound)}", s_columns, load.Select(Cells));
            body.Tag("/div");
        }
    }

    private static IReadOnlyList<string> Cells(LatencyLine line)
    {
        double[] figures = [line.Achieved, line.P50, line.P90, line.P99, line.P999, line.Max, line.Late99];
        return [line.Name, .. figures.Select(static figure => Figure.Of(figure))];
    }
}

/// <summary>A file that is embedded in this program for its reports.</summary>
internal static class Asset
{
    /// <param name="name">Its path from the folder of the reports.</param>
    public static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
