using EndToEnd.Comparing;
using EndToEnd.Comparing.Judging;
using EndToEnd.Counters;
using EndToEnd.Peers;
using EndToEnd.Results;
using EndToEnd.Scenarios;

namespace CrossChannels.Tests.Perf;

[TestClass]
public sealed class ComparisonTests
{
    private const string Source = "/tmp/x/source";
    private const string Root = "/home/me/repository";

    [TestMethod]
    public void Explain_HarnessDoesNotCompile_SaysWhatTheLibraryLacks()
    {
        string output = $"""
            {Root}/perf/EndToEnd/Parts/Guest.cs(15,9): error CS1061: 'Writer' does not contain 'Foo' [{Root}/perf/EndToEnd/EndToEnd.csproj]
            {Root}/perf/EndToEnd/Parts/Guest.cs(15,9): error CS1061: 'Writer' does not contain 'Foo' [{Root}/perf/EndToEnd/EndToEnd.csproj]
            """;
        string explained = BuildErrors.Explain("v1", Source, Root, output);
        Assert.AreEqual(
            $"'v1' cannot be compared: its library lacks what the scenarios of this version need.\n  {Path.Combine("perf", "EndToEnd", "Parts", "Guest.cs")}(15,9): CS1061: 'Writer' does not contain 'Foo'",
            explained);
    }

    [TestMethod]
    public void Explain_LibraryDoesNotCompile_SaysThatItIsTheLibrary() =>
        StringAssert.Contains(
            BuildErrors.Explain("v1", Source, Root, $"{Source}/src/CrossChannels/Link.cs(1,1): error CS1002: ; expected [{Source}/src/CrossChannels/CrossChannels.csproj]"),
            "its library does not build here");

    [TestMethod]
    public void Explain_NoErrorThatIsKnown_ShowsTheLastLines() =>
        StringAssert.Contains(BuildErrors.Explain("v1", Source, Root, "first\nNU1101: no package\n"), "the build failed.\n  first\n  NU1101: no package");

    [TestMethod]
    [DataRow(1, 6)]
    [DataRow(5, 6)]
    [DataRow(17, 7)]
    [DataRow(40, 7)]
    [DataRow(50, 8)]
    public void SetsPerVersion_MoreTests_NeedsMoreSets(int tests, int expected)
    {
        Assert.AreEqual(expected, ComparisonPlan.SetsPerVersion(tests));
        Assert.IsLessThanOrEqualTo(VerdictRule.Alpha / tests, RankSum.SmallestPValue(expected, expected));
    }

    [TestMethod]
    public void Order_BothVersions_TakeTurnsFirst()
    {
        CollectionAssert.AreEqual(
            (Role[])[Role.Old, Role.New, Role.New, Role.Old, Role.Self, Role.Old, Role.New, Role.New, Role.Old, Role.Self], Turns.Order(4, 2).ToArray());
        CollectionAssert.AreEqual((int[])[1, 2, 3], Turns.Of([1, 2, 3], 0).ToArray());
        CollectionAssert.AreEqual((int[])[3, 2, 1], Turns.Of([1, 2, 3], 1).ToArray());
    }

    [TestMethod]
    public void Cost_RateAndLatency_BothGrowWithTime()
    {
        var round = new Round([2e6, 1000], new CounterReading(500_000, double.NaN, 10, 20, 4000, double.NaN));
        var rate = new RowSpec("tp-unix", "items/s", Direction.AtLeast, 1);
        var latency = new RowSpec("rtt-unix", "us", Direction.AtMost, 1);
        Assert.AreEqual(500, round.Cost(Counter.Time, rate, 0));
        Assert.AreEqual(2e6, round.Cost(Counter.Time, latency, 0));
        Assert.AreEqual(500, round.Cost(Counter.CpuTime, rate, 0));
        Assert.AreEqual(4, round.Cost(Counter.AllocatedBytes, rate, 0));
        Assert.IsTrue(double.IsNaN(round.Cost(Counter.Instructions, rate, 0)));
    }

    [TestMethod]
    public void Log_CutLineAndOtherKeys_ArePassedOver()
    {
        using var directory = new TempDirectory();
        var log = new CalibrationLog(new FileInfo(directory["runs.jsonl"]));
        var run = new CalibrationRun("a b", DateTimeOffset.UnixEpoch, [new CalibrationRow("tp-unix", Verdict.Slower, Counter.CpuTime, 1.1, 0.004, 0.03)]);
        Assert.IsEmpty(log.Read("a b"));
        log.Append(run);
        File.AppendAllText(directory["runs.jsonl"], "{\"key\":\"a b\",\"ti");
        log.Append(run with { Key = "other" });
        log.Append(run);
        IReadOnlyList<CalibrationRun> read = log.Read("a b");
        Assert.HasCount(2, read);
        Assert.AreEqual(run.Rows[0], read[1].Rows[0]);

        using var text = new StringWriter();
        CalibrationSummary.Write(read, text);
        StringAssert.Contains(text.ToString(), "tp-unix: a difference in 2 of 2 (slower 2, faster 0)");
    }

    [TestMethod]
    [DataRow("tp-unix", 2, null)]
    [DataRow("rtt-unix", 1, null)]
    [DataRow("rtt-unix-p99", 1, null)]
    [DataRow("scale-writers", 2, null)]
    [DataRow("pool-tasks", 0, "one of the versions has no workers")]
    [DataRow("python", 0, "of the library, the same as tp-unix")]
    [DataRow("peer-json", 0, "of the library, the same as tp-record")]
    [DataRow("idle-cpu", 0, "no rounds that could take turns; to be run alone, with each version")]
    public void ComparedScenario_OfAVersionWithoutWorkers_SaysWhatCannotBeCompared(string row, int tests, string? reason)
    {
        var own = new ComparedVersion("this", "", Peer.OwnExecutable);
        ComparedScenario scenario = ComparedScenario.Of(ScenarioList.Select([row])[0], own with { HasWorkers = false }, own);
        Assert.AreEqual(reason, scenario.WhyNot);
        Assert.AreEqual(tests, scenario.Tests);
        Assert.AreEqual(row, scenario.Rows.Single().Row.Id);
    }

    /// <summary>A pool computes in processes of its own, whose processor time nobody is asked for.</summary>
    [TestMethod]
    [DataRow("pool-tasks", 1)]
    [DataRow("pool-scaling", 1)]
    [DataRow("worker-start", 1)]
    [DataRow("connect", 2)]
    public void ComparedScenario_RowsOfOtherCounters_AreTestedByThoseThatSpeak(string row, int tests)
    {
        var own = new ComparedVersion("this", "", Peer.OwnExecutable);
        Assert.AreEqual(tests, ComparedScenario.Of(ScenarioList.Select([row])[0], own, own).Tests);
    }

    /// <summary>The processes of a comparison that is canceled under way are gone when it returns.</summary>
    [TestMethod]
    public async Task RunAsync_CanceledUnderWay_LeavesNoProcess()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Needs Linux.");
        var own = new ComparedVersion("this", "", Peer.OwnExecutable);
        ComparisonPlan plan = ComparisonPlan.Quick(1, TimeSpan.FromMinutes(1));
        var comparison = new Comparison(own, own, [ComparedScenario.Of(ScenarioList.Select(["tp-unix"])[0], own, own)], plan, VerdictRule.DefaultThreshold);
        using var cancel = new CancellationTokenSource();
        Task<ComparisonResult> run = comparison.RunAsync("any", cancel.Token);
        try
        {
            await Wait.Until(() => run.IsCompleted || Children().Length > 0);
            Assert.IsFalse(run.IsCompleted);
        }
        finally
        {
            await cancel.CancelAsync();
        }
        await Assert.ThrowsAsync<OperationCanceledException>(() => run.Done());
        Assert.IsEmpty(Children());
    }

    /// <summary>Processes of the harness that this one has started.</summary>
    private static string[] Children() => [.. Directory.GetDirectories("/proc").Where(static directory => char.IsAsciiDigit(Path.GetFileName(directory)[0]) && IsChild(directory))];

    private static bool IsChild(string directory)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(directory, "stat"));
            string[] words = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return stat.Contains("(EndToEnd)", StringComparison.Ordinal) && words[1] == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }
}
