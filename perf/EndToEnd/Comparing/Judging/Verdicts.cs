using System.Text.Json.Serialization;

namespace EndToEnd.Comparing.Judging;

/// <summary>What a comparison says of the new version.</summary>
internal enum Verdict
{
    /// <summary>It costs less.</summary>
    [JsonStringEnumMemberName("faster")]
    Faster,

    /// <summary>It costs more.</summary>
    [JsonStringEnumMemberName("slower")]
    Slower,

    /// <summary>Nothing differs by more than the noise floor, which is low enough to matter.</summary>
    [JsonStringEnumMemberName("noDifferenceShown")]
    NoDifferenceShown,

    /// <summary>A difference that matters could hide in the noise.</summary>
    [JsonStringEnumMemberName("tooNoisy")]
    TooNoisy,
}

/// <summary>When which verdict is given.</summary>
/// <param name="Threshold">The smallest difference that matters, as a fraction; 0.05 by default.</param>
internal sealed record VerdictRule(double Threshold)
{
    public const double DefaultThreshold = 0.05;
    public const double Alpha = 0.05;

    // Where a difference of twice the threshold would be missed more often than not, silence says nothing.
    private const int MaxFloorInThresholds = 2;

    /// <param name="shift">Of the logarithm of the cost, from the old version to the new.</param>
    /// <param name="adjustedPValue">Of the rank sum test, corrected for the number of tests.</param>
    /// <param name="floor">How far the old version seems to differ from itself, by noise alone; a logarithm too.</param>
    /// <param name="tests">For how many tests the p-value is corrected.</param>
    public Verdict Decide(double shift, double adjustedPValue, double floor, int tests)
    {
        if (adjustedPValue <= Alpha && Math.Abs(shift) > floor)
            return shift > 0 ? Verdict.Slower : Verdict.Faster;
        // The floor is that of one test. The more tests, the larger a difference must be to be told from noise in any of them.
        double smallestSeen = floor * Quantile(tests) / Quantile(1);
        return smallestSeen <= Math.Log(1 + (MaxFloorInThresholds * Threshold)) ? Verdict.NoDifferenceShown : Verdict.TooNoisy;
    }

    /// <summary>How many standard errors a difference must have, at a level that is corrected for so many tests.</summary>
    public static double Quantile(int tests) => NormalDistribution.UpperQuantile(Alpha / 2 / tests);

    /// <summary>Slower by more than the threshold.</summary>
    public bool IsRegression(Verdict verdict, double shift) => verdict == Verdict.Slower && shift > Math.Log(1 + Threshold);
}

/// <summary>The comparison of two versions by one counter.</summary>
/// <param name="Shift">Of the logarithm of the cost, from the old version to the new.</param>
/// <param name="PValue">Of the rank sum test between the sets of both versions, two-sided and exact.</param>
/// <param name="Floor">The noise floor: how far the old version seems to differ from itself, by noise alone.</param>
/// <param name="Steadiness">The scatter of a set's score, seen from the sets that take no part in the test; less is steadier.</param>
internal sealed record CounterTest(Shift Shift, double PValue, double Floor, double Steadiness)
{
    public static CounterTest Of(Costs costs)
    {
        // Which set is of which version does not matter here: without a difference all ways to share out the sets stay equally likely.
        double[] centers = Scores.Centers([.. costs.Old, .. costs.New]);
        double[] old = Scores.Of(costs.Old, centers), @new = Scores.Of(costs.New, centers), self = Scores.Of(costs.Self, centers);
        return new CounterTest(
            Judging.Shift.Of(old, @new),
            RankSum.PValue(old, @new),
            NoiseFloor.Of(self, old, @new.Length),
            Spread.Of(costs.Self).Score(costs.Self[0].Count));
    }
}

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
    /// heard only if that one shows no difference. All of them are in the correction: hearing several costs no certainty.
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
