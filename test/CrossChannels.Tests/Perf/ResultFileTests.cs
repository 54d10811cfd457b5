using System.Text.Json;
using EndToEnd.Machine;
using EndToEnd.Results;

namespace CrossChannels.Tests.Perf;

[TestClass]
public sealed class ResultFileTests
{
    [TestMethod]
    public void Load_OfWhatWasSaved_IsTheSame()
    {
        using var directory = new TempDirectory();
        var file = new FileInfo(Path.Combine(directory.Path, "deep", "result.json"));
        ResultFile written = SampleResult.New();
        written.Save(file);
        ResultFile read = ResultFile.Load(file);
        Assert.AreEqual(Json(written), Json(read));
        Assert.AreEqual(written.Machine, read.Machine);
    }

    [TestMethod]
    public void Save_RowsOfEachKind_HaveWhatTheFormatSays()
    {
        using JsonDocument json = JsonDocument.Parse(Json(SampleResult.New()));
        JsonElement rows = json.RootElement.GetProperty("rows");

        JsonElement row = rows[0];
        Assert.AreEqual("tp", row.GetProperty("id").GetString());
        Assert.AreEqual(1.0, row.GetProperty("ratio").GetDouble());
        Assert.AreEqual(0.9, row.GetProperty("low").GetDouble());
        Assert.AreEqual(1.1, row.GetProperty("high").GetDouble());
        Assert.AreEqual(0.8, row.GetProperty("target").GetDouble());
        Assert.AreEqual("atLeast", row.GetProperty("direction").GetString());
        Assert.IsTrue(row.GetProperty("met").GetBoolean());
        Assert.AreEqual(3, row.GetProperty("pairs").GetArrayLength());

        Assert.IsFalse(rows[1].TryGetProperty("baseline", out _));
        Assert.AreEqual(2.0, rows[1].GetProperty("ratio").GetDouble());
        Assert.IsFalse(rows[2].TryGetProperty("target", out _));
        Assert.IsFalse(rows[2].TryGetProperty("met", out _));
        Assert.AreEqual("not | installed", rows[3].GetProperty("skipped").GetString());
    }

    [TestMethod]
    public void Load_FileWithRowsOnly_HasNoSections()
    {
        ResultFile result = SampleResult.New() with { Series = null, Latency = null };
        ResultFile read = JsonSerializer.Deserialize(Json(result), ResultJson.Default.ResultFile)!;
        Assert.IsNull(read.Series);
        Assert.IsNull(read.Latency);
        Assert.HasCount(4, read.Rows);
    }

    [TestMethod]
    public void LoadOrNew_FileOfAnotherMachine_KeepsNothing()
    {
        using var directory = new TempDirectory();
        var file = new FileInfo(Path.Combine(directory.Path, "result.json"));
        SampleResult.New().Save(file);
        MachineInfo same = SampleResult.New().Machine with { Load = 3, Time = SampleResult.Time.AddDays(1) };
        Assert.HasCount(4, ResultFile.LoadOrNew(file, same).Rows);
        Assert.IsEmpty(ResultFile.LoadOrNew(file, same with { Processor = "Another" }).Rows);
        Assert.IsNull(ResultFile.LoadOrNew(null, same).Series);
    }

    [TestMethod]
    public void With_RowsAndSeries_ReplaceThoseOfTheirNameAndLeaveTheOthers()
    {
        ResultFile old = SampleResult.New();
        Row row = old.Rows[1] with { Value = 17 }, another = old.Rows[0] with { Id = "another" };
        ResultFile result = old.With([row, another], ["zmq", "another", "idle", "tp", "peer"]);
        Assert.AreEqual("zmq another idle tp peer", string.Join(' ', result.Rows.Select(static row => row.Id)));
        Assert.AreEqual(17, result.Rows[2].Value);
        Assert.AreEqual(old.Rows[0].Value, result.Rows[3].Value);

        Series series = old.Series![0] with { Id = "new" };
        Assert.AreEqual("new payload", string.Join(' ', result.With([series], ["new", "payload"]).Series!.Select(static series => series.Id)));
        Assert.AreSame(old.Latency, result.Latency);
    }

    [TestMethod]
    public void Verdict_OfEachRow_IsOneWord() =>
        Assert.AreEqual("met met compared skipped", string.Join(' ', SampleResult.New().Rows.Select(row => row.Verdict())));

    private static string Json(ResultFile result) => JsonSerializer.Serialize(result, ResultJson.Default.ResultFile);
}
