using EndToEnd.Results;

namespace EndToEnd.Comparing.Judging;

/// <summary>The exact distribution of the rank sum (Wilcoxon, Mann and Whitney), for two small samples, ties included.</summary>
/// <remarks>
/// If both samples come from one distribution, each choice of ranks for the first is as likely as any other. So every choice is counted, by
/// its sum: no approximation, and no assumption on the distribution. Ranks are doubled: the middle rank of a tie is a whole number.
/// </remarks>
internal static class RankSum
{
    /// <summary>How likely a rank sum is that lies at least as far from its expectation, if nothing differs.</summary>
    /// <returns>The two-sided p-value.</returns>
    public static double PValue(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        int[] ranks = DoubledRanks([.. first, .. second]);
        double[] choices = Choices(ranks, first.Count);
        // Twice the expected sum of the doubled ranks, which makes the distance from it a whole number too.
        int expected = first.Count * (first.Count + second.Count + 1) * 2;
        int distance = Math.Abs((2 * ranks.Take(first.Count).Sum()) - expected);
        double asFar = 0, all = 0;
        for (int sum = 0; sum < choices.Length; sum++)
        {
            all += choices[sum];
            asFar += Math.Abs((2 * sum) - expected) >= distance ? choices[sum] : 0;
        }
        return asFar / all;
    }

    /// <summary>The smallest p-value that two samples of these sizes can have.</summary>
    public static double SmallestPValue(int first, int second) => Math.Min(1, 2 / Ways(first + second, first));

    /// <summary>How many of the pairwise differences may be left out at each end of the interval of the shift.</summary>
    /// <param name="first">The size of one sample.</param>
    /// <param name="second">The size of the other.</param>
    /// <param name="alpha">The probability, both ends together, that the interval misses the shift.</param>
    /// <returns>-1 if even the interval from the smallest to the largest misses it more often.</returns>
    public static int LeftOut(int first, int second, double alpha)
    {
        int[] ranks = [.. Enumerable.Range(1, first + second).Select(static rank => 2 * rank)];
        double[] choices = Choices(ranks, first);
        double allowed = alpha / 2 * Ways(first + second, first);
        int smallest = first * (first + 1);
        double missed = 0;
        int leftOut = -1;
        for (int sum = smallest; sum < choices.Length; sum += 2)
        {
            missed += choices[sum];
            if (missed > allowed)
                break;
            leftOut++;
        }
        return leftOut;
    }

    /// <summary>In how many ways so many of the ranks have each sum.</summary>
    private static double[] Choices(int[] ranks, int count)
    {
        int largest = ranks.Sum();
        var ways = new double[count + 1, largest + 1];
        ways[0, 0] = 1;
        foreach (int rank in ranks)
        {
            for (int chosen = count; chosen > 0; chosen--)
            {
                for (int sum = largest; sum >= rank; sum--)
                    ways[chosen, sum] += ways[chosen - 1, sum - rank];
            }
        }
        return [.. Enumerable.Range(0, largest + 1).Select(sum => ways[count, sum])];
    }

    private static int[] DoubledRanks(double[] values) =>
        [.. values.Select(value => (2 * values.Count(other => other < value)) + values.Count(other => other == value) + 1)];

    private static double Ways(int of, int choose)
    {
        double ways = 1;
        for (int i = 1; i <= choose; i++)
            ways = ways * (of - choose + i) / i;
        return ways;
    }
}

/// <summary>
/// By how much one sample lies above another, with its confidence interval: the estimate that belongs to the rank sum test.
/// </summary>
/// <param name="Estimate">The median of all pairwise differences (Hodges and Lehmann).</param>
/// <param name="Low">The lower end of the interval.</param>
/// <param name="High">The upper end of the interval.</param>
internal readonly record struct Shift(double Estimate, double Low, double High)
{
    public const double Alpha = 0.05;

    /// <summary>How far <paramref name="second"/> lies above <paramref name="first"/>.</summary>
    /// <remarks>The interval holds the shift with at least 95 %; where the samples are too small for that, it is the widest there is.</remarks>
    public static Shift Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        double[] differences = [.. second.SelectMany(_ => first, static (above, below) => above - below).Order()];
        int leftOut = Math.Max(0, RankSum.LeftOut(first.Count, second.Count, Alpha));
        return new Shift(Statistics.Median(differences), differences[leftOut], differences[^(leftOut + 1)]);
    }
}

/// <summary>
/// Corrects p-values for their number (Holm's step-down method): all together are wrong no more often than one alone.
/// </summary>
internal static class Holm
{
    /// <returns>The corrected p-values, in the order of the given ones; each is compared with the level as it is.</returns>
    public static double[] Adjust(IReadOnlyList<double> values)
    {
        double[] adjusted = new double[values.Count];
        double largest = 0;
        int left = values.Count;
        foreach (int i in Enumerable.Range(0, values.Count).OrderBy(i => values[i]))
        {
            largest = Math.Max(largest, Math.Min(1, values[i] * left--));
            adjusted[i] = largest;
        }
        return adjusted;
    }
}
