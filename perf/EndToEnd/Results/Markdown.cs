namespace EndToEnd.Results;

/// <summary>Results as Markdown, for documents and pull requests.</summary>
internal static class Markdown
{
    private const string Microseconds = "us";

    /// <summary>All of it, as one document.</summary>
    public static void Write(ResultFile result, TextWriter output)
    {
        output.WriteLine("# Performance of CrossChannels");
        output.WriteLine();
        output.WriteLine($"{result.Machine}.");
        Section("Targets", result.Targets().Any(), () => WriteTargets(result, output));
        Section("Against what you would use instead", result.Peers().Any(), () => WritePeers(result, output));
        Section("Growth", result.Series is { Count: > 0 }, () => WriteSeries(result.Series!, output));
        Section("Latency at an offered load", result.Latency is not null, () => WriteLatency(result.Latency!, output));

        void Section(string title, bool isThere, Action write)
        {
            if (!isThere)
                return;
            output.WriteLine();
            output.WriteLine($"## {title}");
            output.WriteLine();
            write();
        }
    }

    /// <summary>Rows with a target.</summary>
    public static void WriteTargets(ResultFile result, TextWriter output)
    {
        output.WriteLine("| row | CrossChannels | baseline | | ratio | interval | target | |");
        output.WriteLine("|---|---:|---|---:|---:|---:|---:|---|");
        foreach (Row row in result.Targets())
        {
            output.WriteLine(row.Skipped is { } reason
                ? $"| `{row.Id}` | | {Cell(row.Against)} | | | | {Figure.TargetOf(row)} | skipped: {Cell(reason)} |"
                : $"{Measured(row)} | {Figure.TargetOf(row)} | {row.Verdict()} |");
        }
        WriteNotes(result.Targets(), output);
    }

    /// <summary>Rows that only compare.</summary>
    public static void WritePeers(ResultFile result, TextWriter output)
    {
        output.WriteLine("| row | CrossChannels | against | | ratio | interval |");
        output.WriteLine("|---|---:|---|---:|---:|---:|");
        foreach (Row row in result.Peers())
        {
            output.WriteLine(row.Skipped is { } reason
                ? $"| `{row.Id}` | | {Cell(row.Against)} | | | skipped: {Cell(reason)} |"
                : Measured(row) + " |");
        }
        WriteNotes(result.Peers(), output);
    }

    /// <summary>The cells that both tables begin with.</summary>
    private static string Measured(Row row) =>
        $"| `{row.Id}` | {Figure.Of(row.Value, row.Unit)} | {Cell(row.Against)} | {Figure.Of(row.Baseline, row.Unit)}"
        + $" | {Figure.RatioOf(row, row.Ratio)} | {Figure.IntervalOf(row)}";

    /// <summary>One table a series: a row a step, a column a line.</summary>
    public static void WriteSeries(IEnumerable<Series> all, TextWriter output)
    {
        string before = "";
        foreach (Series series in all)
        {
            output.Write(before);
            before = output.NewLine;
            string rounds = Figure.Rounds(series.Rounds, series.SecondsPerRound);
            output.WriteLine($"**{series.Title}** (`{series.Id}`): {series.Y}, {series.Unit}; {rounds}. {series.Note}".TrimEnd());
            output.WriteLine();
            if (series.Skipped is { } reason)
            {
                output.WriteLine($"Skipped: {reason}");
                continue;
            }
            output.WriteLine($"| {series.X} | {string.Join(" | ", series.Lines.Select(static line => Cell(line.Name)))} |");
            output.WriteLine($"|---:|{string.Concat(series.Lines.Select(static _ => "---:|"))}");
            for (int i = 0; i < series.Lines[0].Points.Count; i++)
            {
                IEnumerable<string> values = series.Lines.Select(line => Figure.Of(line.Points[i].Value, series.Unit));
                output.WriteLine($"| {Figure.Step(series.Lines[0].Points[i].X)} | {string.Join(" | ", values)} |");
            }
        }
    }

    public static void WriteLatency(LatencyResult latency, TextWriter output)
    {
        output.WriteLine($"From when an item was due until it was read; {Figure.Rounds(latency.Rounds, latency.SecondsPerRound)}.");
        output.WriteLine();
        output.WriteLine("| load | | items/s | p50 | p90 | p99 | p99.9 | max | p99 late |");
        output.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|---:|");
        foreach (LatencyLine line in latency.Lines)
        {
            double[] times = [line.P50, line.P90, line.P99, line.P999, line.Max, line.Late99];
            IEnumerable<string> cells = times.Select(static time => Figure.Of(time, Microseconds));
            output.WriteLine($"| {line.Load} | {Cell(line.Name)} | {Figure.Of(line.Achieved)} | {string.Join(" | ", cells)} |");
        }
    }

    /// <summary>Where the two sides of a row do not mean the same; rows of the same note together.</summary>
    private static void WriteNotes(IEnumerable<Row> rows, TextWriter output)
    {
        string before = output.NewLine;
        IEnumerable<Row> noted = rows.Where(static row => row.Note is not null);
        foreach (IGrouping<string?, Row> note in noted.GroupBy(static row => row.Note, StringComparer.Ordinal))
        {
            output.Write(before);
            before = "";
            output.WriteLine($"- {string.Join(", ", note.Select(static row => $"`{row.Id}`"))}: {Cell(note.Key)}");
        }
    }

    /// <summary>What would end a cell, or begin a tag, is written so that it does not.</summary>
    public static string Cell(string? text) =>
        (text ?? "").ReplaceLineEndings(" ")
            .Replace("|", "\\|", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);
}

/// <summary>The table on the console.</summary>
internal static class Report
{
    public static void Write(ResultFile result, TextWriter output)
    {
        output.WriteLine(result.Machine);
        output.WriteLine();
        string[][] table = [["row", "value", "baseline", "ratio", "interval", "target", "verdict"], .. result.Rows.Select(Cells)];
        int[] widths = [.. Enumerable.Range(0, table[0].Length).Select(column => table.Max(row => row[column].Length))];
        foreach (string[] row in table)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        foreach (Row row in result.Rows.Where(static row => row.Skipped is not null))
            output.WriteLine($"{row.Id} was not measured: {row.Skipped}");
    }

    private static string[] Cells(Row row) =>
    [
        row.Id,
        Figure.Of(row.Value, row.Unit),
        Figure.Of(row.Baseline, row.Unit),
        Figure.RatioOf(row, row.Ratio),
        Figure.IntervalOf(row),
        Figure.TargetOf(row),
        row.Verdict(),
    ];
}
