using EndToEnd;
using EndToEnd.Growth;
using EndToEnd.Latency;
using EndToEnd.Peers;
using EndToEnd.Scenarios;

namespace CrossChannels.Tests.Perf;

/// <summary>The lists of rows and series, without measuring any.</summary>
[TestClass]
public sealed class ScenarioTests
{
    [TestMethod]
    public void Ids_OfRowsAndSeries_AreUnique()
    {
        CollectionAssert.AllItemsAreUnique(ScenarioList.Ids.ToArray());
        CollectionAssert.AllItemsAreUnique(GrowthList.Ids.ToArray());
    }

    [TestMethod]
    public void Select_Nothing_IsAllThatDoNotWaitToBeNamed()
    {
        string[] rows = [.. ScenarioList.Select(null).SelectMany(static one => one.Scenario.Rows).Select(static row => row.Id)];
        CollectionAssert.Contains(rows, "tp-unix");
        CollectionAssert.DoesNotContain(rows, "hub-memory");
        Assert.AreEqual("hub-memory", ScenarioList.Select(["hub-memory"]).Single().Scenario.Rows.Single().Id);
    }

    /// <summary>A row with a baseline says what it is; a target of one without is the value itself.</summary>
    [TestMethod]
    public void Rows_OfPairs_SayWhatTheBaselineIs()
    {
        foreach (Pair pair in Pairs())
            Assert.IsTrue(pair.Rows.All(static row => row.Against is { Length: > 0 }), pair.Rows[0].Id);
    }

    /// <summary>The arguments of every part become what its constructor takes.</summary>
    [TestMethod]
    public async Task Parts_OfEveryRowAndSeries_CanBeMade()
    {
        using var workplace = new Workplace("test", CancellationToken.None);
        IEnumerable<Processes> sides =
        [
            .. Pairs().SelectMany(static pair => (Processes[])[pair.Ours, pair.Theirs]),
            .. GrowthList.Select([]).SelectMany(static series => series.Lines.Select(line => line.Processes(series.Steps[0]))),
            .. Contender.All.Select(static contender => contender.Processes(1000)),
        ];
        foreach (PartSpec spec in sides.SelectMany(side => side(workplace)))
        {
            Part part = spec.Create();
            Assert.AreEqual(spec.Name, part.GetType().Name);
            await part.StopAsync().Done();
        }
    }

    [TestMethod]
    public void Ours_AnotherScheme_IsInEveryAddress()
    {
        using var workplace = new Workplace("test", CancellationToken.None);
        IReadOnlyList<PartSpec> first = Ours.Longs(1024, "mem")(workplace), second = Ours.Longs(1024, "mem")(workplace);
        Assert.StartsWith("mem:", first[0].Arguments[0]);
        Assert.AreEqual(first[0].Arguments[0], first[1].Arguments[0]);
        Assert.AreNotEqual(first[0].Arguments[0], second[0].Arguments[0]);
    }

    /// <summary>A serializer of a package writes what it reads.</summary>
    [TestMethod]
    [DataRow(nameof(EndToEnd.Parts.RecordFormat.Json))]
    [DataRow(nameof(EndToEnd.Parts.RecordFormat.MemoryPack))]
    public void Records_OfEitherFormat_ComeBackAsTheyWere(string format)
    {
        var codec = EndToEnd.Parts.RecordCodec.Of(Enum.Parse<EndToEnd.Parts.RecordFormat>(format));
        var buffer = new EndToEnd.Parts.RecordBuffer();
        codec.Write(EndToEnd.Parts.Measured.Last, buffer);
        Assert.AreEqual(EndToEnd.Parts.Measured.Last, codec.Read(buffer.Written));
        codec.ForChannels.Serialize(EndToEnd.Parts.Measured.Sample, buffer);
        Assert.IsLessThan(1024, buffer.Length);
    }

    private static IEnumerable<Pair> Pairs() => ScenarioList.Select([.. ScenarioList.Ids]).Select(static one => one.Scenario).OfType<Pair>();
}
