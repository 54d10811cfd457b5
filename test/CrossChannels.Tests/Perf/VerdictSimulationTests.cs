using EndToEnd.Comparing.Judging;

namespace CrossChannels.Tests.Perf;

/// <summary>Verdicts on thousands of comparisons of which the truth is known. All seeds are fixed.</summary>
[TestClass]
public sealed class VerdictSimulationTests
{
    /// <summary>CROSSCHANNELS_LONG=1 makes them thousands.</summary>
    private static readonly int s_experiments = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 2000 : 400;

    private static readonly VerdictRule s_rule = new(VerdictRule.DefaultThreshold);

    public static IEnumerable<object[]> Noises =>
    [
        [new SyntheticCosts()],
        [new SyntheticCosts { RoundScatter = 0.4, SetScatter = 0.1 }],
        [new SyntheticCosts { SetScatter = 0.2, RoundScatter = 0.05 }],
        [new SyntheticCosts { Drift = 0.2 }],
        [new SyntheticCosts { ModeDistance = 1 }],
        [new SyntheticCosts { Sets = 7, SelfSets = 4, Cycles = 15, ModeDistance = 0.7, SetScatter = 0.05 }],
    ];

    /// <summary>Three standard errors of a share of so many experiments above the level.</summary>
    private static double Bound(double level) => level + (3 * Math.Sqrt(level * (1 - level) / s_experiments));

    [TestMethod]
    [DynamicData(nameof(Noises))]
    public void Verdict_NothingDiffers_IsADifferenceNoMoreOftenThanTheLevelSays(object noise)
    {
        CounterTest[] tests = [.. Run((SyntheticCosts)noise, 1)];
        foreach (double level in (double[])[0.01, 0.05, 0.2])
            Assert.IsLessThanOrEqualTo(Bound(level), Share(tests, test => test.PValue <= level), $"level {level}");
        Assert.IsLessThanOrEqualTo(Bound(VerdictRule.Alpha), Share(tests, IsDifference));
    }

    /// <summary>Rows with two counters each, of which the steadier one leads: all rows together are wrong in at most one comparison of twenty.</summary>
    [TestMethod]
    public void Verdict_ManyRowsAndCountersWithoutDifference_AnyIsWrongInAtMostOneOfTwenty()
    {
        var random = new Random(3);
        int wrong = 0;
        for (int i = 0; i < s_experiments / 2; i++)
        {
            IReadOnlyList<IReadOnlyList<CounterTest>> rows = [.. Enumerable.Range(0, 4).Select(_ => (IReadOnlyList<CounterTest>)
                [CounterTest.Of(new SyntheticCosts().Create(random)), CounterTest.Of(new SyntheticCosts { RoundScatter = 0.15 }.Create(random))])];
            wrong += RowVerdict.Decide(rows, s_rule).Any(static row => row.Verdict is Verdict.Faster or Verdict.Slower) ? 1 : 0;
        }
        double bound = VerdictRule.Alpha + (3 * Math.Sqrt(VerdictRule.Alpha / (s_experiments / 2)));
        Assert.IsLessThanOrEqualTo(bound, wrong / (s_experiments / 2.0));
    }

    /// <summary>How long to measure is decided after a few cycles, on sets that take no part in the test.</summary>
    [TestMethod]
    public void Verdict_CyclesChosenByTheNoise_StillWrongInAtMostOneOfTwenty()
    {
        var random = new Random(4);
        double share = Share(Enumerable.Range(0, s_experiments).Select(_ => Adaptive(new SyntheticCosts { Cycles = 40, ModeDistance = 0.3 }, random)), IsDifference);
        Assert.IsLessThanOrEqualTo(Bound(VerdictRule.Alpha), share);
    }

    /// <summary>What <see cref="Spread.Cycles"/> promises: nine of ten, where the scatter of rounds decides.</summary>
    [TestMethod]
    [DataRow(0.06)]
    [DataRow(0.1)]
    [DataRow(0.15)]
    public void Verdict_TenPercentSlower_IsFoundInNineOfTen(double scatter)
    {
        var random = new Random(5);
        var costs = new SyntheticCosts { Shift = Math.Log(1.1), RoundScatter = scatter, SetScatter = 0.01, Cycles = 120, Drift = 0.01 };
        double share = Share(Enumerable.Range(0, s_experiments / 2).Select(_ => Adaptive(costs, random)), test => Decide(test) == Verdict.Slower);
        Assert.IsGreaterThanOrEqualTo(0.9, share);
    }

    [TestMethod]
    [DataRow(0.8)]
    [DataRow(1.25)]
    public void Verdict_LargeDifference_IsFoundWithItsDirectionAndSize(double ratio)
    {
        CounterTest[] tests = [.. Run(new SyntheticCosts { Shift = Math.Log(ratio) }, 6).Take(s_experiments / 4)];
        Assert.IsGreaterThanOrEqualTo(0.98, Share(tests, test => Decide(test) == (ratio > 1 ? Verdict.Slower : Verdict.Faster)));
        Assert.AreEqual(ratio, Math.Exp(tests.Average(static test => test.Shift.Estimate)), 0.01);
        Assert.IsGreaterThanOrEqualTo(0.93, Share(tests, test => test.Shift.Low <= Math.Log(ratio) && Math.Log(ratio) <= test.Shift.High));
    }

    [TestMethod]
    public void Verdict_NoiseThatHidesTenPercent_IsTooNoisy()
    {
        var noise = new SyntheticCosts { RoundScatter = 0.6, SetScatter = 0.2 };
        Assert.IsGreaterThanOrEqualTo(0.9, Share(Run(noise, 7).Take(s_experiments / 2), test => Decide(test) == Verdict.TooNoisy));
    }

    [TestMethod]
    public void Verdict_QuietAndNoDifference_IsNoDifferenceShown() =>
        Assert.IsGreaterThanOrEqualTo(
            0.9, Share(Run(new SyntheticCosts { RoundScatter = 0.03, SetScatter = 0.01 }, 8).Take(s_experiments / 2), test => Decide(test) == Verdict.NoDifferenceShown));

    /// <summary>The floor is what chance leaves between groups of these sizes: 1.96 standard errors of normal scores.</summary>
    [TestMethod]
    public void Floor_NormalScores_IsAboutTwoStandardErrors()
    {
        var noise = new SyntheticCosts { RoundScatter = 1e-6, SetScatter = 0.05, Sets = 8, SelfSets = 6 };
        double mean = Run(noise, 9).Take(300).Average(static test => test.Floor);
        Assert.AreEqual(1.96 * 0.05 * Math.Sqrt(2.0 / 8), mean, 0.1 * mean);
    }

    [TestMethod]
    public void Steadiness_TwoCounters_TellsTheSteadierOne()
    {
        var random = new Random(10);
        int right = 0;
        for (int i = 0; i < 500; i++)
        {
            double steady = CounterTest.Of(new SyntheticCosts { RoundScatter = 0.05 }.Create(random)).Steadiness;
            right += steady < CounterTest.Of(new SyntheticCosts { RoundScatter = 0.3 }.Create(random)).Steadiness ? 1 : 0;
        }
        Assert.IsGreaterThanOrEqualTo(490, right);
    }

    /// <summary>As the session does it: cycles by the spread of the first of the sets that take no part, at least those.</summary>
    private static CounterTest Adaptive(SyntheticCosts synthetic, Random random)
    {
        const int First = 7;
        Costs all = synthetic.Create(random);
        double needed = Spread.Of(Cut(all.Self, First)).Cycles(Math.Log(1.1), synthetic.Sets, tests: 1);
        int cycles = Math.Clamp((int)Math.Ceiling(needed), First, synthetic.Cycles);
        return CounterTest.Of(new Costs(Cut(all.Self, cycles), Cut(all.Old, cycles), Cut(all.New, cycles)));
    }

    private static IReadOnlyList<IReadOnlyList<double>> Cut(IReadOnlyList<IReadOnlyList<double>> sets, int cycles) =>
        [.. sets.Select(set => (IReadOnlyList<double>)[.. set.Take(cycles)])];

    private static IEnumerable<CounterTest> Run(SyntheticCosts costs, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, s_experiments).Select(_ => CounterTest.Of(costs.Create(random)));
    }

    private static Verdict Decide(CounterTest test) => RowVerdict.Decide([[test]], s_rule)[0].Verdict;

    private static bool IsDifference(CounterTest test) => Decide(test) is Verdict.Faster or Verdict.Slower;

    private static double Share<T>(IEnumerable<T> all, Func<T, bool> which)
    {
        T[] list = [.. all];
        return list.Count(which) / (double)list.Length;
    }
}
