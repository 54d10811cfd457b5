using System.Numerics;

namespace EndToEnd.Comparing.Judging;

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

    /// <summary>Between the means of the chosen scores and of the others; a score is a trimmed mean, so that single rounds do not move it.</summary>
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
