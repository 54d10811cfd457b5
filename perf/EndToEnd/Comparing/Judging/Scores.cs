using System.Numerics;
using EndToEnd.Results;

namespace EndToEnd.Comparing.Judging;

/// <summary>What one counter showed in one scenario: logarithms of the cost of an item, a list a set, one entry a cycle.</summary>
/// <param name="Self">Sets of the old version that take no part in the test: everything that is decided before the test is decided on them.</param>
/// <param name="Old">The sets of the old version that are compared.</param>
/// <param name="New">The sets of the new version.</param>
internal sealed record Costs(
    IReadOnlyList<IReadOnlyList<double>> Self,
    IReadOnlyList<IReadOnlyList<double>> Old,
    IReadOnlyList<IReadOnlyList<double>> New)
{
    /// <summary>False if some round gave no figure.</summary>
    public bool IsComplete => Self.Concat(Old).Concat(New).All(static set => set.All(double.IsFinite));
}

/// <summary>One number for each set of processes: how its cost compares with that of all sets in the same cycles.</summary>
internal static class Scores
{
    /// <summary>The mean of each cycle, over all sets without regard to which is of which version.</summary>
    /// <param name="sets">Logarithms of costs: a list a set, one entry a cycle.</param>
    public static double[] Centers(IReadOnlyList<IReadOnlyList<double>> sets) =>
        [.. Enumerable.Range(0, sets[0].Count).Select(cycle => sets.Average(set => set[cycle]))];

    /// <summary>The trimmed mean, over the cycles, of how far each set lies from the center of its cycle.</summary>
    /// <remarks>
    /// A machine that is slower for some cycles is so for all sets, and does not count; nor does a set's odd cycle. Medians would need half as many
    /// cycles again: two rounds of one set differ by 10 to 20 %.
    /// </remarks>
    public static double[] Of(IReadOnlyList<IReadOnlyList<double>> sets, double[] centers) =>
        [.. sets.Select(set => Statistics.TrimmedMean([.. set.Select((cost, cycle) => cost - centers[cycle])]))];
}

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

    /// <summary>
    /// The scatter that a set's score will have after so many cycles: what was seen of sets, or what rounds alone would give, if larger.
    /// </summary>
    public double Score(int cycles) => Math.Max(Set, OfTrimmedMean * Round / Math.Sqrt(cycles));

    /// <summary>
    /// How many cycles show a difference of this size in nine comparisons of ten, as far as the scatter of rounds decides.
    /// </summary>
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

/// <summary>How far a version seems to differ from itself, by noise alone.</summary>
internal static class NoiseFloor
{
    private const double Share = 0.95;

    /// <summary>
    /// Shares out all sets of the old version into two groups, as large as those that were measured, in every possible way. The floor is the
    /// difference that 95 % of the ways stay at or below, scaled from these sizes to those of the two versions.
    /// </summary>
    /// <param name="self">Scores of the sets that take no part in the test.</param>
    /// <param name="old">Scores of the old version's other sets.</param>
    /// <param name="setsOfNew">How many sets the new version has.</param>
    public static double Of(IReadOnlyList<double> self, IReadOnlyList<double> old, int setsOfNew)
    {
        double[] all = [.. self, .. old];
        double total = all.Sum();
        double[] differences = [.. Choices(all.Length, self.Count).Select(chosen => Math.Abs(Difference(all, total, chosen, self.Count))).Order()];
        double quantile = differences[(int)Math.Ceiling(Share * differences.Length) - 1];
        return quantile * Math.Sqrt(((1.0 / old.Count) + (1.0 / setsOfNew)) / ((1.0 / self.Count) + (1.0 / old.Count)));
    }

    /// <summary>
    /// Between the means of the chosen scores and of the others; a score is a trimmed mean, which single rounds do not move.
    /// </summary>
    private static double Difference(double[] all, double total, uint chosen, int count)
    {
        double sum = 0;
        for (int i = 0; i < all.Length; i++)
            sum += (chosen & (1u << i)) != 0 ? all[i] : 0;
        return (sum / count) - ((total - sum) / (all.Length - count));
    }

    private static IEnumerable<uint> Choices(int of, int choose)
    {
        for (uint chosen = 0; chosen < 1u << of; chosen++)
        {
            if (BitOperations.PopCount(chosen) == choose)
                yield return chosen;
        }
    }
}

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
