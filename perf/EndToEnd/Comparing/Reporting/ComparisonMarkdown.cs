using System.Globalization;
using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;
using EndToEnd.Results;

namespace EndToEnd.Comparing.Reporting;

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
        output.WriteLine($"**{Markdown.Cell(result.New)}** (`{result.NewCommit}`) compared with **{Markdown.Cell(result.Old)}** (`{result.OldCommit}`)");
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
