using EndToEnd.Results;

namespace CrossChannels.Tests.Perf;

/// <summary>The figures in the documents are those of the result file that is stored beside them.</summary>
[TestClass]
public sealed class DocumentTests
{
    [TestMethod]
    [DataRow("README.md")]
    [DataRow("docs/performance.md")]
    public void Document_EveryTable_IsWhatTheCommandMakes(string document)
    {
        ResultFile result = ResultFile.Load(new FileInfo(Repository.At("docs/performance-results.json")));
        string text = File.ReadAllText(Repository.At(document)).ReplaceLineEndings("\n");
        Assert.AreEqual(
            MarkedText.Replace(text, name => DocumentPart.Of(result, name)),
            text,
            "dotnet run -c Release --project perf/EndToEnd -- table --json docs/performance-results.json --into README.md docs/performance.md");
    }
}
