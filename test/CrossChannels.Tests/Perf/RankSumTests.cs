using EndToEnd.Comparing.Judging;

namespace CrossChannels.Tests.Perf;

[TestClass]
public sealed class RankSumTests
{
    private const double Exact = 1e-12;

    // Of C(6,3) = 20 choices one is as low and one as high; of C(8,4) = 70 and C(12,6) = 924 likewise.
    [TestMethod]
    [DataRow(3, 2.0 / 20)]
    [DataRow(4, 2.0 / 70)]
    [DataRow(6, 2.0 / 924)]
    [DataRow(7, 2.0 / 3432)]
    public void PValue_SamplesApart_IsTwoOfAllChoices(int size, double expected)
    {
        double[] low = [.. Enumerable.Range(0, size).Select(i => (double)i)], high = [.. low.Select(value => value + 100)];
        Assert.AreEqual(expected, RankSum.PValue(low, high), Exact);
        Assert.AreEqual(expected, RankSum.PValue(high, low), Exact);
        Assert.AreEqual(expected, RankSum.SmallestPValue(size, size), Exact);
    }

    /// <summary>Counted by hand: 1, 2, 4 of six ranks has the sum 7; {1,2,3} and {1,2,4} are as low, {4,5,6} and {3,5,6} as high.</summary>
    [TestMethod]
    public void PValue_OneExchange_CountsBothTails() =>
        Assert.AreEqual(4.0 / 20, RankSum.PValue([1, 2, 4], [3, 5, 6]), Exact);

    /// <summary>U = 6 of 5 and 5: the table of Mann and Whitney has P(U &lt;= 6) = 0.111, here both tails of 28 choices of 252.</summary>
    [TestMethod]
    public void PValue_FiveAndFive_EqualsTheTable() =>
        Assert.AreEqual(56.0 / 252, RankSum.PValue([1, 2, 3, 6, 9], [4, 5, 7, 8, 10]), Exact);

    /// <summary>Ranks 1.5, 1.5, 3 and 4: the ways to leave out one have the sums 8.5, 8.5, 7 and 6, around 7.5; only the last lies as far away.</summary>
    [TestMethod]
    public void PValue_Ties_CountsChoicesOfMiddleRanks() => Assert.AreEqual(1.0 / 4, RankSum.PValue([1, 1, 2], [3]), Exact);

    [TestMethod]
    public void PValue_AllEqual_IsOne() => Assert.AreEqual(1, RankSum.PValue([5, 5, 5], [5, 5, 5]), Exact);

    /// <summary>The exact distribution against all choices, one by one.</summary>
    [TestMethod]
    public void PValue_RandomSamplesWithTies_EqualsEnumeration()
    {
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            double[] first = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (double)random.Next(8))];
            double[] second = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => (double)random.Next(8))];
            Assert.AreEqual(Enumerated(first, second), RankSum.PValue(first, second), Exact, $"{string.Join(' ', first)} and {string.Join(' ', second)}");
        }
    }

    private static double Enumerated(double[] first, double[] second)
    {
        double[] all = [.. first, .. second];
        double[] ranks = [.. all.Select(value => all.Count(other => other < value) + ((all.Count(other => other == value) + 1) / 2.0))];
        double expected = first.Length * (all.Length + 1) / 2.0, distance = Math.Abs(ranks.Take(first.Length).Sum() - expected);
        int[] choices = [.. Enumerable.Range(0, 1 << all.Length).Where(choice => int.PopCount(choice) == first.Length)];
        return choices.Count(choice => Math.Abs(ranks.Where((_, i) => (choice & (1 << i)) != 0).Sum() - expected) >= distance - 1e-9) / (double)choices.Length;
    }
}
