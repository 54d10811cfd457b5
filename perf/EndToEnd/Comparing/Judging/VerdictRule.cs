namespace EndToEnd.Comparing.Judging;

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
