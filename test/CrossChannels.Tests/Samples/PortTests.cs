namespace CrossChannels.Tests.Samples;

/// <summary>docs/samples/Port: the program in one process and in two says the same.</summary>
[TestClass]
public sealed class PortTests : IDisposable
{
    private const string Sample = "Port";

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task TwoProcesses_SayWhatOneSays()
    {
        await File.WriteAllLinesAsync(_directory["a.txt"], Enumerable.Range(0, 5_000).Select(static i => $"line {i % 7}, and a word: w{i % 3}"));
        await File.WriteAllTextAsync(_directory["b.txt"], "Line and line.\n");
        string name = $"port-test-{Guid.NewGuid():N}";

        (int exitCode, string before, string errors) = await SampleProcess.RunAsync(Sample, "in-process", _directory.Path);
        Assert.AreEqual(0, exitCode, errors);

        using SampleProcess counter = SampleProcess.Start(Sample, "count", name);
        using SampleProcess producer = SampleProcess.Start(Sample, "produce", name, _directory.Path);
        Assert.AreEqual((0, "", ""), await producer.FinishAsync());
        Assert.AreEqual((0, before, ""), await counter.FinishAsync());
        StringAssert.Contains(before, "  5002 line");
    }
}
