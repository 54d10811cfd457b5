namespace EndToEnd.Comparing.Judging;

/// <summary>When which verdict is given.</summary>
/// <param name="Threshold">The smallest difference that matters, as a fraction; 0.05 by default.</param>
internal sealed record VerdictRule(double Threshold)
{
    public const double DefaultThreshold = 0.05;
    public const double Alpha = 0.05;

    // A floor above this hides differences of twice the threshold, and then silence would say nothing.
    private const int MaxFloorInThresholds = 2;

    /// <param name="shift">Of the logarithm of the cost, from the old version to the new.</param>
    /// <param name="adjustedPValue">Of the rank sum test, corrected for the number of tests.</param>
    /// <param name="floor">How far the old version seems to differ from itself, by noise alone; a logarithm too.</param>
    public Verdict Decide(double shift, double adjustedPValue, double floor)
    {
        if (adjustedPValue <= Alpha && Math.Abs(shift) > floor)
            return shift > 0 ? Verdict.Slower : Verdict.Faster;
        return floor > Math.Log(1 + (MaxFloorInThresholds * Threshold)) ? Verdict.TooNoisy : Verdict.NoDifferenceShown;
    }

    /// <summary>Slower by more than the threshold.</summary>
    public bool IsRegression(Verdict verdict, double shift) => verdict == Verdict.Slower && shift > Math.Log(1 + Threshold);
}
