using System.Globalization;
using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;
using EndToEnd.Results;

namespace EndToEnd.Comparing;

/// <summary>A comparison on the console.</summary>
internal static class ComparisonTable
{
    private static readonly string[] s_head = ["", "old", "new", "ratio", "interval", "p", "floor", "scatter"];

    public static void Write(ComparisonResult result, TextWriter output)
    {
        output.WriteLine($"old: {result.Old} ({result.OldCommit})");
        output.WriteLine($"new: {result.New} ({result.NewCommit})");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Machine.Processor}, cores {result.Machine.UsedCores}; {result.Machine.Runtime}; {result.Seconds:F0} s"));
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
        {
            IEnumerable<string> slower = result.Rows.Where(static row => row.IsRegression).Select(static row => row.Id);
            output.WriteLine($"Slower by more than {Figure.Percent(result.Threshold)}: {string.Join(", ", slower)}");
        }
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
            Verdict.TooNoisy => $"TOO NOISY, by noise alone the old version differs from itself by {Figure.Percent(by.NoiseFloor)} in {counter}, "
                + $"where {Figure.Percent(threshold)} matter",
            _ => $"no difference shown by {counter}",
        };
    }

    private static string[] Cells(ComparedCounter counter) =>
        [.. CounterCells.Of(counter, "..").Select(static (cell, column) => column == 0 ? "  " + cell : cell)];

    private static void WriteLine(string[] cells, int[] widths, TextWriter output) =>
        output.WriteLine(string.Join("  ", cells.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
}

/// <summary>A comparison as Markdown: a line a row, and all counters folded behind it.</summary>
internal static class ComparisonMarkdown
{
    public static void Save(ComparisonResult result, FileInfo file)
    {
        file.Directory?.Create();
        using var output = new StreamWriter(file.FullName) { NewLine = "\n" };
        Write(result, output);
    }

    public static void Write(ComparisonResult result, TextWriter output)
    {
        output.WriteLine(
            $"**{Markdown.Cell(result.New)}** (`{result.NewCommit}`) compared with **{Markdown.Cell(result.Old)}** (`{result.OldCommit}`)");
        output.WriteLine();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Machine}; {result.Seconds:F0} s. Costs: less is better. A difference of {Figure.Percent(result.Threshold)} matters."));
        output.WriteLine();
        output.WriteLine("| row | verdict | by | old | new | ratio | interval | p | floor |");
        output.WriteLine("|---|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (ComparedRow row in result.Rows.Where(static row => row.Skipped is null))
            output.WriteLine($"| `{row.Id}` | {Name(row)} | {Cells(row.Leading!)} |");

        foreach (IGrouping<string, ComparedRow> rows in result.NotCompared)
        {
            output.WriteLine();
            output.WriteLine($"Not compared: {string.Join(", ", rows.Select(static row => $"`{row.Id}`"))}; {Markdown.Cell(rows.Key)}");
        }
        output.WriteLine();
        output.WriteLine("<details><summary>All counters</summary>");
        output.WriteLine();
        output.WriteLine("| row | counter | old | new | ratio | interval | p | floor |");
        output.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (ComparedRow row in result.Rows)
        {
            foreach (ComparedCounter counter in row.Counters.Where(static counter => counter.Skipped is null))
                output.WriteLine($"| `{row.Id}` | {Cells(counter)} |");
        }
        output.WriteLine();
        foreach (ComparedCounter counter in result.NotCounted)
        {
            output.WriteLine($"{CounterInfo.Name(counter.Counter)}: not counted, {Markdown.Cell(counter.Skipped)}");
            output.WriteLine();
        }
        output.WriteLine("</details>");
    }

    private static string Name(ComparedRow row)
    {
        string but = CounterCells.But(row);
        return row.Verdict switch
        {
            Verdict.Faster => $"**faster**{but}",
            Verdict.Slower => (row.IsRegression ? "**slower, by more than the threshold**" : "**slower**") + but,
            Verdict.TooNoisy => "too noisy",
            _ => "no difference shown",
        };
    }

    /// <summary>All but the scatter.</summary>
    private static string Cells(ComparedCounter counter) => string.Join(" | ", CounterCells.Of(counter, "to").SkipLast(1));
}

/// <summary>A counter of a comparison as people read it, on the console and in Markdown.</summary>
internal static class CounterCells
{
    /// <summary>Name, old, new, ratio, interval, p, floor, scatter.</summary>
    /// <param name="counter">One that was counted.</param>
    /// <param name="to">Between the ends of the interval.</param>
    public static string[] Of(ComparedCounter counter, string to) =>
    [
        CounterInfo.Name(counter.Counter),
        Figure.Of(counter.Old, counter.Unit).TrimEnd(),
        Figure.Of(counter.New, counter.Unit).TrimEnd(),
        Figure.Of(counter.Ratio) + "x",
        $"{Figure.Of(counter.Low)} {to} {Figure.Of(counter.High)}",
        Figure.PValue(counter.AdjustedPValue),
        Figure.Percent(counter.NoiseFloor),
        Figure.Percent(counter.Scatter),
    ];

    /// <summary>What contradicts the verdict of a row, to be said behind it; empty if nothing does.</summary>
    public static string But(ComparedRow row) =>
        row.Against is { } against ? $", but {Figure.Of(against.Ratio)}x the {CounterInfo.Name(against.Counter)}" : "";
}
