using EndToEnd.Comparing.Judging;
using EndToEnd.Results;

namespace CrossChannels.Tests.Perf;

[TestClass]
public sealed class JudgingTests
{
    private static readonly VerdictRule s_rule = new(0.05);

    /// <summary>Holm's own arithmetic: 0.01 x 4, 0.013 x 3 which may not be less than that, 0.03 x 2, 0.04 x 1 likewise.</summary>
    [TestMethod]
    public void Holm_FourValues_StepsDownAndNeverFalls()
    {
        double[] adjusted = Holm.Adjust([0.04, 0.01, 0.03, 0.013]);
        double[] expected = [0.06, 0.04, 0.06, 0.04];
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], adjusted[i], 1e-12);
    }

    [TestMethod]
    public void Holm_LargeValues_StopAtOne() => CollectionAssert.AreEqual((double[])[1, 1], Holm.Adjust([0.7, 0.9]));

    [TestMethod]
    public void Holm_NoValue_GivesNone() => Assert.IsEmpty(Holm.Adjust([]));

    /// <summary>Six and six: the smallest rank sum has 1 of 924 choices; 23 choices fit below 2.5 %, so that the 6th difference is the first kept.</summary>
    [TestMethod]
    [DataRow(6, 6, 0.05, 5)]
    [DataRow(5, 5, 0.05, 2)]
    [DataRow(4, 4, 0.05, 0)]
    [DataRow(3, 3, 0.05, -1)]
    public void LeftOut_KnownTable_OfMannAndWhitney(int first, int second, double alpha, int expected) =>
        Assert.AreEqual(expected, RankSum.LeftOut(first, second, alpha));

    [TestMethod]
    public void Shift_KnownSamples_IsMedianOfPairwiseDifferences()
    {
        Shift shift = Shift.Of([1, 2, 4], [11, 12, 14]);
        Assert.AreEqual(10, shift.Estimate);
        Assert.AreEqual(7, shift.Low);
        Assert.AreEqual(13, shift.High);
    }

    [TestMethod]
    public void Scores_MachineSlowsDownForAllSets_DoesNotCount()
    {
        double[][] sets = [[1, 5, 2], [1.1, 5.1, 2.1], [1.2, 5.2, 2.2]];
        double[] scores = Scores.Of(sets, Scores.Centers(sets));
        Assert.AreEqual(-0.1, scores[0], 1e-9);
        Assert.AreEqual(0, scores[1], 1e-9);
        Assert.AreEqual(0.1, scores[2], 1e-9);
    }

    /// <summary>A tenth at either end, and at least one where there are three.</summary>
    [TestMethod]
    [DataRow(new double[] { 4 }, 4)]
    [DataRow(new double[] { 4, 8 }, 6)]
    [DataRow(new double[] { 100, 1, 2 }, 2)]
    [DataRow(new double[] { 1, 2, 3, 4, 500, -500 }, 2.5)]
    [DataRow(new double[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, -99, 99 }, 2)]
    public void TrimmedMean_OddValues_DoNotCount(double[] values, double expected) => Assert.AreEqual(expected, Statistics.TrimmedMean(values), 1e-12);

    [TestMethod]
    [DataRow(0.2, 0.01, 0.05, nameof(Verdict.Slower))]
    [DataRow(-0.2, 0.01, 0.05, nameof(Verdict.Faster))]
    [DataRow(0.2, 0.051, 0.05, nameof(Verdict.NoDifferenceShown))]
    [DataRow(0.04, 0.001, 0.05, nameof(Verdict.NoDifferenceShown))]
    [DataRow(0.1, 0.001, 0.11, nameof(Verdict.TooNoisy))]
    [DataRow(0.0, 1.0, 0.11, nameof(Verdict.TooNoisy))]
    [DataRow(0.3, 0.001, 0.2, nameof(Verdict.Slower))]
    public void Decide_ShiftPValueAndFloor_GiveTheVerdict(double shift, double adjusted, double floor, string expected) =>
        Assert.AreEqual(expected, s_rule.Decide(shift, adjusted, floor, tests: 1).ToString());

    [TestMethod]
    [DataRow(nameof(Verdict.Slower), 0.06, true)]
    [DataRow(nameof(Verdict.Slower), 0.04, false)]
    [DataRow(nameof(Verdict.NoDifferenceShown), 0.5, false)]
    [DataRow(nameof(Verdict.Faster), -0.5, false)]
    public void IsRegression_SlowerByMoreThanTheThresholdOnly(string verdict, double shift, bool expected) =>
        Assert.AreEqual(expected, s_rule.IsRegression(Enum.Parse<Verdict>(verdict), shift));

    [TestMethod]
    public void RowVerdict_SteadierCounterIsSilent_TheOtherIsHeard()
    {
        var steady = new CounterTest(new Shift(0, -0.01, 0.01), 0.9, 0.02, Steadiness: 0.01);
        var stalled = new CounterTest(new Shift(0.3, 0.2, 0.4), 0.002, 0.05, Steadiness: 0.04);
        RowVerdict verdict = RowVerdict.Decide([[stalled, steady]], s_rule)[0];
        Assert.AreEqual(Verdict.Slower, verdict.Verdict);
        Assert.AreEqual(0, verdict.By);
    }

    /// <summary>The second is steadier and leads, unless the first shows a regression, which nothing hides.</summary>
    [TestMethod]
    [DataRow(0.3, 0.2, nameof(Verdict.Slower), 1)]
    [DataRow(-0.3, -0.2, nameof(Verdict.Faster), 1)]
    [DataRow(-0.3, 0.2, nameof(Verdict.Slower), 1)]
    [DataRow(0.04, -0.2, nameof(Verdict.Faster), 1)]
    [DataRow(0.3, -0.2, nameof(Verdict.Slower), 0)]
    [DataRow(0.3, 0.03, nameof(Verdict.Slower), 0)]
    public void RowVerdict_BothCountersSpeak_TheSteadierLeadsButHidesNoRegression(double other, double steady, string expected, int by)
    {
        var first = new CounterTest(new Shift(other, other, other), 0.002, 0.02, Steadiness: 0.04);
        var second = new CounterTest(new Shift(steady, steady, steady), 0.002, 0.02, Steadiness: 0.01);
        RowVerdict verdict = RowVerdict.Decide([[first, second]], s_rule)[0];
        Assert.AreEqual(expected, verdict.Verdict.ToString());
        Assert.AreEqual(by, verdict.By);
    }

    /// <summary>The same floor, which is that of one test, says less the more tests there are.</summary>
    [TestMethod]
    [DataRow(1, nameof(Verdict.NoDifferenceShown))]
    [DataRow(4, nameof(Verdict.NoDifferenceShown))]
    [DataRow(40, nameof(Verdict.TooNoisy))]
    public void Decide_ManyTests_NeedALowerFloorToSayAnything(int tests, string expected) =>
        Assert.AreEqual(expected, s_rule.Decide(0, 1, 0.07, tests).ToString());

    [TestMethod]
    public void Decide_NoFloor_IsTooNoisy() => Assert.AreEqual(Verdict.TooNoisy, s_rule.Decide(double.NaN, double.NaN, double.NaN, tests: 1));

    /// <summary>From the tables of the distribution.</summary>
    [TestMethod]
    [DataRow(0.5, 0)]
    [DataRow(0.1, 1.281552)]
    [DataRow(0.025, 1.959964)]
    [DataRow(0.00625, 2.497705)]
    [DataRow(0.0005, 3.290527)]
    public void UpperQuantile_KnownProbability_IsThatOfTheTables(double probability, double expected) =>
        Assert.AreEqual(expected, NormalDistribution.UpperQuantile(probability), 1e-4);

    [TestMethod]
    public void Costs_ARoundWithoutAFigure_AreIncomplete()
    {
        var costs = new Costs([[1, 2]], [[1, 2]], [[1, 2]]);
        Assert.IsTrue(costs.IsComplete);
        Assert.IsFalse((costs with { New = [[1, double.NaN]] }).IsComplete);
        Assert.IsFalse((costs with { Self = [[double.PositiveInfinity, 1]] }).IsComplete);
    }

    [TestMethod]
    public void RowVerdict_ManyRows_CorrectsForAllTheirCounters()
    {
        var test = new CounterTest(new Shift(0.2, 0.1, 0.3), 0.02, 0.01, Steadiness: 0.01);
        Assert.AreEqual(Verdict.Slower, RowVerdict.Decide([[test]], s_rule)[0].Verdict);
        IReadOnlyList<RowVerdict> rows = RowVerdict.Decide([[test], [test], [test]], s_rule);
        Assert.AreEqual(0.06, rows[0].AdjustedPValues[0], 1e-12);
        Assert.IsTrue(rows.All(static row => row.Verdict == Verdict.NoDifferenceShown));
    }
}
