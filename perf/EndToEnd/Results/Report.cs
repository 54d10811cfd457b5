namespace EndToEnd.Results;

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
