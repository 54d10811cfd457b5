using EndToEnd.Comparing.Judging;
using EndToEnd.Results;

namespace EndToEnd.Comparing.Calibrating;

/// <summary>In how many runs a difference was found.</summary>
internal static class CalibrationSummary
{
    public static void Write(IReadOnlyList<CalibrationRun> runs, TextWriter output)
    {
        output.WriteLine($"{runs.Count(run => run.Rows.Any(IsDifference))} of {runs.Count} comparisons found a difference in any row.");
        foreach (IGrouping<string, CalibrationRow> row in runs.SelectMany(static run => run.Rows).GroupBy(static row => row.Id, StringComparer.Ordinal))
        {
            output.WriteLine(
                $"{row.Key}: a difference in {row.Count(IsDifference)} of {row.Count()} (slower {Count(row, Verdict.Slower)}, faster {Count(row, Verdict.Faster)}),"
                + $" no difference shown in {Count(row, Verdict.NoDifferenceShown)}, too noisy in {Count(row, Verdict.TooNoisy)};"
                + $" median ratio {Figure.Of(Statistics.Median([.. row.Select(static one => one.Ratio)]))}x");
        }
    }

    private static int Count(IEnumerable<CalibrationRow> rows, Verdict verdict) => rows.Count(row => row.Verdict == verdict);

    private static bool IsDifference(CalibrationRow row) => row.Verdict is Verdict.Slower or Verdict.Faster;
}
