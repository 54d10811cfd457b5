using EndToEnd.Results;

namespace EndToEnd.Reporting;

/// <summary>What grows with what, a chart each.</summary>
internal static class SeriesSection
{
    public static void Write(ResultFile result, HtmlText body)
    {
        if (result.Series is not { Count: > 0 } all)
            return;
        body.Element("h2", "Growth").Element("p", "A point is the median of some rounds, with its interval; those that are compared take turns. Both axes are logarithmic.");
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
