namespace EndToEnd.Results;

/// <summary>A result file as the table of <c>docs/performance.md</c>.</summary>
internal static class MarkdownTable
{
    public static void Write(ResultFile result, TextWriter output)
    {
        output.WriteLine($"{result.Machine}.");
        output.WriteLine();
        output.WriteLine("| row | CrossChannels | baseline | ratio | interval | target | |");
        output.WriteLine("|---|---:|---:|---:|---:|---:|---|");
        foreach (Row row in result.Rows)
        {
            output.WriteLine(row.Skipped is { } reason
                ? $"| `{row.Id}` | | | | | {Figure.TargetOf(row)} | skipped: {reason.ReplaceLineEndings(" ").Replace('|', '/')} |"
                : $"| `{row.Id}` | {Figure.Of(row.Value, row.Unit)} | {Figure.Of(row.Baseline, row.Unit)} | {Figure.RatioOf(row, row.Ratio)}"
                    + $" | {Figure.Of(row.Low)} to {Figure.Of(row.High)} | {Figure.TargetOf(row)} | {row.Verdict()} |");
        }
    }
}
