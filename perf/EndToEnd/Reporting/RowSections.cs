using EndToEnd.Results;

namespace EndToEnd.Reporting;

/// <summary>Rows beside their baselines.</summary>
internal static class RowSections
{
    public static void Write(ResultFile result, HtmlText body)
    {
        Row[] targets = [.. result.Targets()], peers = [.. result.Peers()];
        if (targets.Length > 0)
        {
            body.Element("h2", "Targets").Element("p", "Each row was measured beside its baseline in the same run, in turns. The bar is the median of the ratios of all pairs, "
                + "the whiskers are its confidence interval, the diamond is the target. Rows without a baseline are in the table only.");
            body.Chart("ratios", "targets", "Bars: how many times as good as its baseline each row is, with interval and target. The table below has the same figures.", Height(targets));
            body.Table("Rows with a target", Columns("baseline", "target", "verdict", "note"), targets.Select(static row => Cells(row, Figure.TargetOf(row), row.Verdict(), row.Note ?? "")));
        }
        if (peers.Length > 0)
        {
            body.Element("h2", "Against what you would use instead").Element("p", "The same loops with the same items in as many processes. The note says where the two do not mean the same.");
            body.Chart("ratios", "peers", "Bars: how many times as good as each alternative CrossChannels is, with interval. The table below has the same figures.", Height(peers));
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
