namespace EndToEnd.Comparing.Judging;

/// <summary>What is said of one row, and by which of the counters that speak for it.</summary>
/// <param name="Verdicts">By each counter that speaks for the row.</param>
/// <param name="By">The place of the counter that the verdict goes by.</param>
/// <param name="AdjustedPValues">Of each counter, corrected for the number of counters of all rows.</param>
internal sealed record RowVerdict(IReadOnlyList<Verdict> Verdicts, int By, IReadOnlyList<double> AdjustedPValues)
{
    /// <summary>In one word.</summary>
    public Verdict Verdict => Verdicts[By];

    /// <summary>Decides on all rows together, because the correction is for all their tests.</summary>
    /// <remarks>
    /// A regression by any counter is one: a stall costs time and no processor time. Otherwise the steadiest counter of a row leads, and another is
    /// heard only if that one shows no difference. All of them are in the correction, so that hearing several costs no certainty.
    /// </remarks>
    public static IReadOnlyList<RowVerdict> Decide(IReadOnlyList<IReadOnlyList<CounterTest>> rows, VerdictRule rule)
    {
        var adjusted = new Queue<double>(Holm.Adjust([.. rows.SelectMany(static row => row.Select(static test => test.PValue))]));
        int tests = adjusted.Count;
        return [.. rows.Select(row => Decide(row, [.. row.Select(_ => adjusted.Dequeue())], rule, tests))];
    }

    private static RowVerdict Decide(IReadOnlyList<CounterTest> tests, double[] adjusted, VerdictRule rule, int all)
    {
        int[] bySteadiness = [.. Enumerable.Range(0, tests.Count).OrderBy(i => tests[i].Steadiness)];
        Verdict[] verdicts = [.. tests.Select((test, i) => rule.Decide(test.Shift.Estimate, adjusted[i], test.Floor, all))];
        int difference = bySteadiness.FirstOrDefault(i => verdicts[i] is Verdict.Slower or Verdict.Faster, bySteadiness[0]);
        int by = bySteadiness.FirstOrDefault(i => rule.IsRegression(verdicts[i], tests[i].Shift.Estimate), difference);
        return new RowVerdict(verdicts, by, adjusted);
    }
}
