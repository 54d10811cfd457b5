using System.Globalization;

namespace CrossChannels.Tests.Samples;

/// <summary>docs/samples/FromPython: each program as its users run it, with what it prints, and nothing left when it is over.</summary>
[TestClass]
public sealed class FromPythonTests
{
    [TestMethod]
    [DataRow("producer")]
    [DataRow("1")]
    public async Task Producer_ConsumerTakesAllTenAndStops(string program)
    {
        string[] lines = await RunAsync(program);
        string[] put = Said(lines, "put "), got = Said(lines, "got ");
        Assert.HasCount(10, put);
        CollectionAssert.AreEqual(put, got);
        Assert.HasCount(20, lines);
    }

    [TestMethod]
    public async Task Cooks_EverythingIsEatenOnce()
    {
        string[] lines = await RunAsync("cooks");
        Assert.AreEqual("everything is eaten", lines[^1]);
        string[] eaten = [.. lines[..^1].Select(static line => line.Split(" eats ")[1])];
        string[] cooked = [.. from cook in "Anna Bo Cleo".Split(' ') from i in Enumerable.Range(1, 10) select $"{cook}'s dish {i}"];
        CollectionAssert.AreEquivalent(cooked, eaten);
    }

    [TestMethod]
    public async Task Pipe_BothDirectionsAndTheMovedEndIsRefusedByName()
    {
        string[] lines = await RunAsync("pipe");
        StringAssert.StartsWith(lines[0], "refused: ");
        StringAssert.Contains(lines[0], "was given to worker-1");
        string[] talk = ["child got: hello, child", "parent got: hello, parent", "parent got: how are you?", "child got: fine, child"];
        CollectionAssert.AreEqual(talk, lines[1..]);
    }

    [TestMethod]
    public async Task Tasks_AllProcessedAndTheWorkerEnds() =>
        CollectionAssert.AreEqual((string[])["processed: 0", "processed: 1", "processed: 2"], await RunAsync("tasks"));

    [TestMethod]
    public async Task Two_TheParentReturnsAndTheOutputStillAppears() => CollectionAssert.AreEqual((string[])["[\"helloworld\"]"], await RunAsync("two"));

    [TestMethod]
    public async Task Children_OneSendsToTheOther() => CollectionAssert.AreEqual((string[])["[1, 2, 3, 4]"], await RunAsync("children"));

    [TestMethod]
    public async Task Three_FullAtThreeAndThenDrained()
    {
        string[] expected =
        [
            "2 of 3: full is False", "3 of 3: full is True, room for a fourth is False", "got one", "drained two", "drained three", "drained four",
        ];
        CollectionAssert.AreEqual(expected, await RunAsync("three"));
    }

    [TestMethod]
    public async Task Letters_TheReaderComesLaterAndTakesAll() =>
        CollectionAssert.AreEqual((string[])["the writer is gone", "got a", "got b", "got c", "that was all"], await RunAsync("letters"));

    [TestMethod]
    [DataRow("lock", DisplayName = "lock of the parent")]
    [DataRow("hub", DisplayName = "lock of a hub in a process of its own")]
    public async Task Lock_NeverTwoAtOnceAndTheOthersGoOnWithoutTheKilled(string program)
    {
        string[] lines = await RunAsync(program);
        Assert.HasCount(9, lines, string.Join('\n', lines));
        var numbers = new HashSet<int> { Number(lines[0], " begins") };
        Assert.IsTrue(numbers.Add(Number(lines[1], " begins, after one that died")));
        Assert.AreEqual($"{Number(lines[1], " begins, after one that died")} ends", lines[2]);
        for (int i = 3; i < lines.Length; i += 2)
        {
            int number = Number(lines[i], " begins");
            Assert.AreEqual($"{number} ends", lines[i + 1]);
            Assert.IsTrue(numbers.Add(number));
        }
        CollectionAssert.AreEquivalent((int[])[1, 2, 3, 4, 5], numbers.ToArray());
    }

    [TestMethod]
    public async Task Pool_ResultsInOrderAndNeverSixAtWork()
    {
        string[] lines = await RunAsync("pool");
        Assert.AreEqual("1, 4, 9, 16, 25, 36", lines[^1]);
        var atWork = new HashSet<int>();
        foreach (string line in lines[..^1])
        {
            bool begins = line.EndsWith(" begins", StringComparison.Ordinal);
            Assert.IsTrue(begins ? atWork.Add(Number(line, " begins")) : atWork.Remove(Number(line, " ends")), line);
            Assert.IsLessThanOrEqualTo(5, atWork.Count);
        }
        Assert.HasCount(13, lines);
        Assert.IsEmpty(atWork);
    }

    [TestMethod]
    public async Task Talk_TheReadingTaskGetsWhatTheWritingTaskPuts() =>
        CollectionAssert.AreEqual((string[])["1 the", "2 quick", "3 brown", "4 fox", "5 jumps", "5 words"], await RunAsync("talk"));

    [TestMethod]
    public async Task UnknownName_ShowsTheNames()
    {
        (int exitCode, string output, string errors) = await SampleProcess.RunAsync("FromPython", "nonsense");
        Assert.AreEqual((2, ""), (exitCode, output));
        StringAssert.Contains(errors, "2 cooks");
    }

    /// <summary>The lines that a program and its workers print, once all of them have gone well and are gone.</summary>
    private static async Task<string[]> RunAsync(string program)
    {
        using SampleProcess process = SampleProcess.Start("FromPython", program);
        (int exitCode, string output, string errors) = await process.FinishAsync();
        Assert.AreEqual((0, ""), (exitCode, errors), output);
        CollectionAssert.AreEqual(Array.Empty<int>(), process.Living);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string[] Said(string[] lines, string beginning) =>
        [.. lines.Where(line => line.StartsWith(beginning, StringComparison.Ordinal)).Select(line => line[beginning.Length..])];

    private static int Number(string line, string rest)
    {
        StringAssert.EndsWith(line, rest);
        return int.Parse(line[..^rest.Length], CultureInfo.InvariantCulture);
    }
}
