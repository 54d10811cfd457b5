using System.Text;
using System.Text.RegularExpressions;

namespace CrossChannels.Tests.Project;

/// <summary>Every C# block in the documentation is a region of a test project's <c>Snippets</c>, where it is compiled.</summary>
[TestClass]
public sealed partial class SnippetTests
{
    public static IEnumerable<object[]> Documents =>
        Directory.GetFiles(Repository.Root, "*.md").Concat(Directory.GetFiles(Repository.At("docs"), "*.md"))
            .Select(path => new object[] { Path.GetRelativePath(Repository.Root, path).Replace('\\', '/') });

    [TestMethod]
    [DynamicData(nameof(Documents))]
    public void Document_EveryBlock_IsCompiled(string document)
    {
        HashSet<string> regions = [.. Regions()];
        foreach (Match block in Block().Matches(File.ReadAllText(Repository.At(document)).ReplaceLineEndings("\n")))
        {
            string code = Dedent(block.Groups["code"].Value);
            Assert.Contains(code, regions, $"{document} has a C# block that no region of test/*.Tests/Snippets equals:\n{code}");
        }
    }

    [TestMethod]
    public void Snippets_EveryOne_IsShown()
    {
        string all = string.Concat(Documents.Select(document => File.ReadAllText(Repository.At((string)document[0])).ReplaceLineEndings("\n")));
        HashSet<string> shown = [.. Block().Matches(all).Select(block => Dedent(block.Groups["code"].Value))];
        foreach (string region in Regions())
            Assert.Contains(region, shown, $"No document shows this region:\n{region}");
    }

    private static IEnumerable<string> Regions() =>
        from project in Directory.GetDirectories(Repository.At("test"), "*.Tests")
        let folder = Path.Combine(project, "Snippets")
        where Directory.Exists(folder)
        from path in Directory.GetFiles(folder, "*.cs")
        from Match region in Region().Matches(File.ReadAllText(path).ReplaceLineEndings("\n"))
        select Dedent(region.Groups["code"].Value);

    /// <summary>The lines without the indentation that they share.</summary>
    private static string Dedent(string code)
    {
        string[] lines = code.Trim('\n').Split('\n');
        int indent = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart(' ').Length);
        var text = new StringBuilder();
        foreach (string line in lines)
            text.Append(line.Length < indent ? "" : line[indent..]).Append('\n');
        return text.ToString();
    }

    [GeneratedRegex("^ *```csharp\n(?<code>.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();

    [GeneratedRegex("^ *// snippet: [^\n]+\n(?<code>.*?)^ *// end$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Region();
}
