using EndToEnd.Results;

namespace EndToEnd.Comparing.Judging;

/// <summary>How steady a counter is, seen from sets of one version alone.</summary>
/// <param name="Round">How far rounds of one set scatter (a standard deviation of the logarithm, from the median deviation).</param>
/// <param name="Set">How far the scores of sets scatter (a standard deviation).</param>
internal readonly record struct Spread(double Round, double Set)
{
    // What the standard deviation of a normal distribution is to its median absolute deviation, and that of a trimmed mean to that of the mean.
    private const double OfMedianDeviation = 1.4826;
    private const double OfTrimmedMean = 1.05;

    // A chance of nine in ten to see it, at a level that is corrected for as many tests as there are, and for four at least.
    private const double Missed = 0.1;
    private const int FewestTests = 4;

    /// <param name="sets">Logarithms of costs: a list a set, one entry a cycle.</param>
    public static Spread Of(IReadOnlyList<IReadOnlyList<double>> sets)
    {
        double[] centers = Scores.Centers(sets);
        double[] scores = Scores.Of(sets, centers);
        double[] residuals = [.. sets.SelectMany((set, i) => set.Select((cost, cycle) => Math.Abs(cost - centers[cycle] - scores[i])))];
        // Centers and scores are estimated from the same rounds, which takes off some of their scatter.
        double freedom = (1 - (1.0 / sets.Count)) * (1 - (1.0 / sets[0].Count));
        return new Spread(OfMedianDeviation * Statistics.Median(residuals) / Math.Sqrt(freedom), Deviation(scores));
    }

    /// <summary>The scatter that a set's score will have after so many cycles: what was seen of sets, or what rounds alone would give, if larger.</summary>
    public double Score(int cycles) => Math.Max(Set, OfTrimmedMean * Round / Math.Sqrt(cycles));

    /// <summary>How many cycles show a difference of this size in nine comparisons of ten, as far as the scatter of rounds decides.</summary>
    /// <remarks>Twice of what the scatter says, because it is estimated from few rounds.</remarks>
    /// <param name="difference">As a logarithm.</param>
    /// <param name="setsPerVersion">Sets of each version that are compared.</param>
    /// <param name="tests">Tests of the whole comparison.</param>
    public double Cycles(double difference, int setsPerVersion, int tests)
    {
        double quantiles = VerdictRule.Quantile(Math.Max(FewestTests, tests)) + NormalDistribution.UpperQuantile(Missed);
        double root = quantiles * OfTrimmedMean * Round * Math.Sqrt(2.0 / setsPerVersion) / difference;
        return 2 * root * root;
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}
