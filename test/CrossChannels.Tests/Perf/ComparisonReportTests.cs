using EndToEnd.Comparing.Judging;
using EndToEnd.Comparing;
using EndToEnd.Counters;

namespace CrossChannels.Tests.Perf;

[TestClass]
public sealed class ComparisonReportTests
{
    private static readonly ComparedCounter s_time = new()
    {
        Counter = Counter.Time, Unit = "ns", Speaks = true, Old = 90, New = 99, Ratio = 1.1, Low = 1.07, High = 1.13, PValue = 0.0021, AdjustedPValue = 0.0043, NoiseFloor = 0.035, Scatter = 0.03,
    };

    private static readonly ComparedCounter s_calls = new() { Counter = Counter.SystemCalls, Unit = "", Speaks = false, Skipped = "not | here" };

    private static readonly ComparisonResult s_result = new()
    {
        Machine = SampleResult.New().Machine, Old = "main<1>", OldCommit = "0a", New = "this version", NewCommit = "0b", Threshold = 0.05, Seconds = 38,
        Rows =
        [
            new ComparedRow { Id = "tp-unix", Verdict = Verdict.Slower, By = Counter.Time, IsRegression = true, Sets = 6, Cycles = 29, SecondsPerRound = 0.05, Counters = [s_time, s_calls] },
            new ComparedRow { Id = "rtt-unix", Verdict = Verdict.TooNoisy, By = Counter.Time, Sets = 6, Cycles = 29, SecondsPerRound = 0.05, Counters = [s_time with { NoiseFloor = 0.2 }, s_calls] },
            new ComparedRow { Id = "idle-cpu", Skipped = "it has no rounds" },
            new ComparedRow { Id = "alloc", Skipped = "it has no rounds" },
        ],
    };

    [TestMethod]
    public void Markdown_EveryKindOfRow_HasALineAndEveryCounterOne()
    {
        using var output = new StringWriter { NewLine = "\n" };
        ComparisonMarkdown.Write(s_result, output);
        string[] lines = output.ToString().Split('\n');
        Assert.AreEqual("**this version** (`0b`) compared with **main&lt;1&gt;** (`0a`)", lines[0]);
        CollectionAssert.Contains(lines, "| `tp-unix` | **slower, by more than the threshold** | time | 90.0 ns | 99.0 ns | 1.10x | 1.07 to 1.13 | 0.0043 | 3.5 % |");
        CollectionAssert.Contains(lines, "| `rtt-unix` | too noisy | time | 90.0 ns | 99.0 ns | 1.10x | 1.07 to 1.13 | 0.0043 | 20 % |");
        CollectionAssert.Contains(lines, "Not compared: `idle-cpu`, `alloc`; it has no rounds");
        CollectionAssert.Contains(lines, "| `tp-unix` | time | 90.0 ns | 99.0 ns | 1.10x | 1.07 to 1.13 | 0.0043 | 3.5 % |");
        Assert.ContainsSingle(static line => line == @"system calls an item: not counted, not \| here", lines);
        Assert.IsTrue(lines.Where(static line => line.StartsWith('|')).GroupBy(Columns).All(static group => group.Key is 9 or 8), "a table has rows of unequal length");
    }

    [TestMethod]
    public void Table_ARegression_IsNamedAtTheEnd()
    {
        using var output = new StringWriter { NewLine = "\n" };
        ComparisonTable.Write(s_result, output);
        string text = output.ToString();
        StringAssert.Contains(text, "tp-unix: SLOWER, 1.10x the time (6 sets of processes of each version, 29 rounds each)");
        StringAssert.Contains(text, "rtt-unix: TOO NOISY, by noise alone the old version differs from itself by 20 % in time, where 5 % matter");
        StringAssert.EndsWith(text, "Slower by more than 5 %: tp-unix\n");
    }

    /// <summary>Less processor time and more time: whoever reads the verdict is told both.</summary>
    [TestMethod]
    public void Table_CountersThatContradictEachOther_NamesBoth()
    {
        ComparedCounter time = s_time with { Ratio = 1.4, Verdict = Verdict.Slower };
        ComparedCounter processor = s_time with { Counter = Counter.CpuTime, Ratio = 0.97, Verdict = Verdict.Faster };
        using var output = new StringWriter();
        ComparisonTable.Write(s_result with { Rows = [s_result.Rows[0] with { Counters = [time, processor] }] }, output);
        StringAssert.Contains(output.ToString(), "tp-unix: SLOWER, 1.40x the time, but 0.970x the processor time an item (");
    }

    private static int Columns(string line) => line.Replace(@"\|", "", StringComparison.Ordinal).Count(static c => c == '|') - 1;
}
