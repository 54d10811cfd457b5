using System.Globalization;
using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;
using EndToEnd.Results;

namespace EndToEnd.Comparing.Reporting;

/// <summary>A comparison on the console.</summary>
internal static class ComparisonTable
{
    private static readonly string[] s_head = ["", "old", "new", "ratio", "interval", "p", "floor", "scatter"];

    public static void Write(ComparisonResult result, TextWriter output)
    {
        output.WriteLine($"old: {result.Old} ({result.OldCommit})");
        output.WriteLine($"new: {result.New} ({result.NewCommit})");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{result.Machine.Processor}, cores {result.Machine.UsedCores}; {result.Machine.Runtime}; {result.Seconds:F0} s"));
        ComparedRow[] measured = [.. result.Rows.Where(static row => row.Skipped is null)];
        string[][] cells = [s_head, .. measured.SelectMany(static row => row.Counters).Where(static counter => counter.Skipped is null).Select(Cells)];
        int[] widths = [.. Enumerable.Range(0, s_head.Length).Select(column => cells.Max(line => line[column].Length))];
        foreach (ComparedRow row in measured)
        {
            output.WriteLine();
            output.WriteLine($"{row.Id}: {Say(row, result.Threshold)} ({row.Sets} sets of processes of each version, {row.Cycles} rounds each)");
            WriteLine(s_head, widths, output);
            foreach (ComparedCounter counter in row.Counters.Where(static counter => counter.Skipped is null))
                WriteLine(Cells(counter), widths, output);
        }

        output.WriteLine();
        foreach (IGrouping<string, ComparedRow> rows in result.NotCompared)
            output.WriteLine($"Not compared: {string.Join(", ", rows.Select(static row => row.Id))}; {rows.Key}");
        foreach (ComparedCounter counter in result.NotCounted)
            output.WriteLine($"{CounterInfo.Name(counter.Counter)}: not counted, {counter.Skipped}");
        if (result.HasRegression)
            output.WriteLine($"Slower by more than {Figure.Percent(result.Threshold)}: {string.Join(", ", result.Rows.Where(static row => row.IsRegression).Select(static row => row.Id))}");
    }

    private static string Say(ComparedRow row, double threshold)
    {
        ComparedCounter by = row.Leading!;
        string counter = CounterInfo.Name(by.Counter);
        string but = CounterCells.But(row);
        return row.Verdict switch
        {
            Verdict.Faster => $"FASTER, {Figure.Of(by.Ratio)}x the {counter}{but}",
            Verdict.Slower => $"SLOWER, {Figure.Of(by.Ratio)}x the {counter}{but}",
            Verdict.TooNoisy => $"TOO NOISY, by noise alone the old version differs from itself by {Figure.Percent(by.NoiseFloor)} in {counter}, where {Figure.Percent(threshold)} matter",
            _ => $"no difference shown by {counter}",
        };
    }

    private static string[] Cells(ComparedCounter counter) =>
        [.. CounterCells.Of(counter, "..").Select(static (cell, column) => column == 0 ? "  " + cell : cell)];

    private static void WriteLine(string[] cells, int[] widths, TextWriter output) =>
        output.WriteLine(string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
}
