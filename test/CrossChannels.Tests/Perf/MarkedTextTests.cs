using EndToEnd.Results;

namespace CrossChannels.Tests.Perf;

[TestClass]
public sealed class MarkedTextTests
{
    [TestMethod]
    public void Replace_MarkedParts_LeavesAllElse()
    {
        string document = "before\n<!-- table:begin -->\nold\n<!-- table:end -->\nbetween\n<!-- table:begin peers -->\n<!-- table:end -->\nafter\n";
        string replaced = MarkedText.Replace(document, name => $"new {name} $1\r\nline\n\n");
        Assert.AreEqual(
            "before\n<!-- table:begin -->\nnew targets $1\nline\n<!-- table:end -->\nbetween\n<!-- table:begin peers -->\nnew peers $1\nline\n<!-- table:end -->\nafter\n",
            replaced);
        Assert.AreEqual(replaced, MarkedText.Replace(replaced, name => $"new {name} $1\nline"));
    }

    [TestMethod]
    public void Replace_MarkersWithinASentence_AreNone()
    {
        const string Document = "between `<!-- table:begin -->` and `<!-- table:end -->`\n<!-- table:begin -->\nold\n<!-- table:end -->\n";
        Assert.AreEqual(Document.Replace("old", "new", StringComparison.Ordinal), MarkedText.Replace(Document, static _ => "new"));
    }

    [TestMethod]
    [DataRow("no marker")]
    [DataRow("<!-- table:begin -->\nwithout an end")]
    [DataRow("<!-- table:begin -->\n<!-- table:begin peers -->\n<!-- table:end -->")]
    [DataRow("<!-- table:begin 17 -->\n<!-- table:end -->")]
    public void Replace_WithoutItsMarkers_Throws(string document) =>
        Assert.ThrowsExactly<InvalidDataException>(() => MarkedText.Replace(document, static _ => ""));

    [TestMethod]
    public void Of_UnknownPart_Throws() => Assert.ThrowsExactly<InvalidDataException>(() => DocumentPart.Of(SampleResult.New(), "nothing"));
}
