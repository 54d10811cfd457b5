namespace EndToEnd.Comparing.Judging;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    private const double Largest = 10;

    /// <summary>What a normal value exceeds with this probability; 1.96 for 2.5 %.</summary>
    /// <param name="probability">More than 0 and at most one half.</param>
    public static double UpperQuantile(double probability)
    {
        double low = 0, high = Largest;
        while (high - low > 1e-9)
        {
            double middle = (low + high) / 2;
            if (Exceeds(middle) > probability)
                low = middle;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>How likely it is to exceed a value that is not negative: Abramowitz and Stegun, 26.2.17, good to 1e-7.</summary>
    private static double Exceeds(double value)
    {
        double t = 1 / (1 + (0.2316419 * value));
        double series = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return Math.Exp(-value * value / 2) / Math.Sqrt(2 * Math.PI) * series;
    }
}
