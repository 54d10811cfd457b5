using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using EndToEnd.Reporting;
using EndToEnd.Results;

namespace CrossChannels.Tests.Perf;

[TestClass]
public sealed partial class ReportTests
{
    [TestMethod]
    public void Html_OfAResult_IsWellFormedAndHasAChartAndATableEach()
    {
        XElement page = Page(HtmlReport.Of(SampleResult.New()));
        XElement[] charts = [.. page.Descendants("canvas")];
        Assert.AreEqual("targets; peers; payload; 1,000 items/s", string.Join("; ", charts.Select(chart => chart.Attribute("data-of")!.Value)));
        foreach (XElement chart in charts)
            Assert.IsGreaterThan(20, chart.Attribute("aria-label")!.Value.Length);
        string[] captions = [.. page.Descendants("table").Select(table => table.Element("caption")!.Value)];
        Assert.HasCount(charts.Length, captions);
        CollectionAssert.AllItemsAreUnique(captions);
        foreach (XElement table in page.Descendants("table"))
        {
            int columns = table.Element("thead")!.Element("tr")!.Elements().Count();
            foreach (XElement row in table.Element("tbody")!.Elements())
                Assert.HasCount(columns, row.Elements().ToArray(), row.ToString());
        }
    }

    [TestMethod]
    public void Html_OfAResult_HasItsFiguresAndItsText()
    {
        string text = Page(HtmlReport.Of(SampleResult.New())).Element("body")!.Value;
        foreach (string expected in (string[])["Some <processor>", "0.900 to 1.10", "Channel<long>", "no </script> items & more", "skipped: not | installed", "2.00 M", "1,048,576", "912"])
            StringAssert.Contains(text, expected);
    }

    [TestMethod]
    public void Html_OfAResult_EmbedsItAsItIs()
    {
        string html = HtmlReport.Of(SampleResult.New());
        string json = Script().Matches(html).Select(match => match.Groups["code"].Value).First(code => code.TrimStart().StartsWith('{'));
        ResultFile read = JsonSerializer.Deserialize(json, ResultJson.Default.ResultFile)!;
        Assert.AreEqual("no </script> items & more", read.Rows[2].Note);
        Assert.AreEqual(2e6, read.Series![0].Lines[0].Points[0].Value);
        Assert.AreEqual(912, read.Latency!.Lines[0].Max);
    }

    [TestMethod]
    public void Html_OfAResult_RefersToNoOtherFile()
    {
        string html = HtmlReport.Of(SampleResult.New());
        XElement page = Page(html);
        Assert.IsEmpty(page.Descendants().Attributes("src").ToArray());
        Assert.IsEmpty(page.Descendants().Attributes("href").Where(href => !href.Value.StartsWith("data:", StringComparison.Ordinal)).ToArray());
        Assert.IsFalse(html.Contains("sourceMappingURL", StringComparison.Ordinal));
        StringAssert.Contains(html, "default-src 'none'");
        StringAssert.Contains(html, "Permission is hereby granted");
    }

    [TestMethod]
    public void Html_OfRowsOnly_HasNoOtherSections()
    {
        XElement page = Page(HtmlReport.Of(SampleResult.New() with { Series = null, Latency = null }));
        Assert.HasCount(2, page.Descendants("h2").ToArray());
    }

    [TestMethod]
    public void Markdown_OfAResult_HasTablesWithAsManyCellsAsColumns()
    {
        using var output = new StringWriter { NewLine = "\n" };
        Markdown.Write(SampleResult.New(), output);
        string[] lines = output.ToString().Split('\n');
        CollectionAssert.Contains(lines, "| `tp` | 100 items/s | Channel&lt;long&gt; | 100 items/s | 1.00x | 0.900 to 1.10 | >= 0.8x | met |");
        CollectionAssert.Contains(lines, "| `peer` | 20.0 us | a pipe | 10.0 us | 2.00x | 2.00 to 2.00 |");
        CollectionAssert.Contains(lines, "| 8 | 2.00 MB/s |");
        CollectionAssert.Contains(lines, "| 1,000 items/s | CrossChannels | 999 | 30.5 us | 41.0 us | 75.0 us | 180 us | 912 us | 4.00 us |");
        int columns = 0;
        foreach (string line in lines)
        {
            int cells = UnescapedBar().Count(line);
            Assert.IsTrue(cells == 0 || columns == 0 || cells == columns, line);
            columns = cells;
        }
    }

    /// <summary>The page without what scripts and styles hold, which is no markup.</summary>
    private static XElement Page(string html) =>
        XDocument.Parse(Script().Replace(Style().Replace(html, "<style></style>"), "<script></script>")).Root!;

    [GeneratedRegex("<script[^>]*>(?<code>.*?)</script>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Script();

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline, 5000)]
    private static partial Regex Style();

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.None, 1000)]
    private static partial Regex UnescapedBar();
}
