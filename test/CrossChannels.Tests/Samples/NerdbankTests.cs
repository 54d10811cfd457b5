namespace CrossChannels.Tests.Samples;

/// <summary>docs/samples/Nerdbank: what it prints over streams in memory, a multiplexer, and one connection to a hub.</summary>
[TestClass]
public sealed class NerdbankTests
{
    [TestMethod]
    public async Task Sample_PrintsEverythingAndEndsWell()
    {
        (int exitCode, string output, string errors) = await SampleProcess.RunAsync("Nerdbank");
        Assert.AreEqual((0, ""), (exitCode, errors), output);
        string[] expected =
        [
            "1 squared is 1", "2 squared is 4", "3 squared is 9",
            "Ada", "1", "2", "3",
            "working on one", "working on three", "working on eleven", "3", "5", "6",
        ];
        CollectionAssert.AreEqual(expected, output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }
}
