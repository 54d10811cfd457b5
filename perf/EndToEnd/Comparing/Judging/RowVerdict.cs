namespace EndToEnd.Comparing.Judging;

/// <summary>What is said of one row, and by which of the counters that speak for it.</summary>
/// <param name="Verdict">In one word.</param>
/// <param name="By">The place of the counter among those that speak for the row.</param>
/// <param name="AdjustedPValues">Of each counter, corrected for the number of counters of all rows.</param>
internal sealed record RowVerdict(Verdict Verdict, int By, IReadOnlyList<double> AdjustedPValues)
{
    /// <summary>Decides on all rows together, because the correction is for all their tests.</summary>
    /// <remarks>
    /// The steadiest counter of a row leads. Another is heard only if the leading one shows no difference, in the order of steadiness: a stall
    /// costs time and no processor time. All of them are in the correction, so that hearing several costs no certainty.
    /// </remarks>
    public static IReadOnlyList<RowVerdict> Decide(IReadOnlyList<IReadOnlyList<CounterTest>> rows, VerdictRule rule)
    {
        var adjusted = new Queue<double>(Holm.Adjust([.. rows.SelectMany(static row => row.Select(static test => test.PValue))]));
        return [.. rows.Select(row => Decide(row, [.. row.Select(_ => adjusted.Dequeue())], rule))];
    }

    private static RowVerdict Decide(IReadOnlyList<CounterTest> tests, double[] adjusted, VerdictRule rule)
    {
        int[] bySteadiness = [.. Enumerable.Range(0, tests.Count).OrderBy(i => tests[i].Steadiness)];
        Verdict[] verdicts = [.. tests.Select((test, i) => rule.Decide(test.Shift.Estimate, adjusted[i], test.Floor))];
        int by = bySteadiness.FirstOrDefault(i => verdicts[i] is Verdict.Slower or Verdict.Faster, bySteadiness[0]);
        return new RowVerdict(verdicts[by], by, adjusted);
    }
}
