using System.Globalization;
using System.Text;

namespace CrossChannels.Tests.Project;

/// <summary>How large the libraries are and how they hang together, as a table; the largest circle of types may only become smaller.</summary>
/// <remarks>
/// The table is in <c>structure.txt</c> beside the tests. Of another checkout, which has been built:
/// <c>CROSSCHANNELS_STRUCTURE=/path/to/checkout dotnet test --filter "FullyQualifiedName~Structure_IsShown"</c>.
/// </remarks>
[TestClass]
public sealed class StructureTests
{
    private static readonly string[] s_projects = ["CrossChannels", "CrossChannels.Workers"];

    public required TestContext TestContext { get; set; }

    [TestMethod]
    public void Structure_IsShown()
    {
        string? checkout = Environment.GetEnvironmentVariable("CROSSCHANNELS_STRUCTURE");
        var text = new StringBuilder();
        foreach (string project in s_projects)
        {
            string assembly = checkout is null ? AssemblyOf(project) : Path.Combine(checkout, $"src/{project}/bin/Debug/net10.0/{project}.dll");
            string sources = Path.Combine(checkout ?? Repository.Root, "src", project);
            Show(text, project, sources, TypeGraph.Read(assembly, $"src/{project}"));
        }
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "structure.txt"), text.ToString());
        TestContext.WriteLine(text.ToString());
        StringAssert.Contains(text.ToString(), "largest circle of types");
    }

    /// <summary>A limit here is lowered by whoever breaks a circle, and never raised.</summary>
    [TestMethod]
    [DataRow("CrossChannels", 22)]
    [DataRow("CrossChannels.Workers", 13)]
    public void LargestCircle_IsNoLargerThanItWas(string project, int most)
    {
        IReadOnlyList<TypeGraph.Node> circle = TypeGraph.Read(AssemblyOf(project), $"src/{project}").Circles().FirstOrDefault([]);
        Assert.IsLessThanOrEqualTo(most, circle.Count, string.Join(", ", circle));
    }

    private static string AssemblyOf(string project) => Path.Combine(AppContext.BaseDirectory, $"{project}.dll");

    private static void Show(StringBuilder text, string project, string sources, TypeGraph graph)
    {
        int[] lines = [.. Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
            .Where(static path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Select(static path => File.ReadLines(path).Count())
            .Order()];
        TypeGraph.Node[] hidden = [.. graph.Nodes.Where(static node => !node.IsPublic)];
        IReadOnlyList<IReadOnlyList<TypeGraph.Node>> circles = graph.Circles();
        text.AppendLine(CultureInfo.InvariantCulture, $"| {project} | |");
        text.AppendLine("|---|---|");
        Row("files", lines.Length);
        Row("lines", lines.Sum());
        Row("median lines of a file", lines[lines.Length / 2]);
        Row("files of more than 400 lines", lines.Count(static count => count > 400));
        Row("types that are not nested", graph.Nodes.Count);
        Row("public types", graph.Nodes.Count - hidden.Length);
        Row("public methods that share their name with another of the type", graph.Nodes.Sum(static node => node.Overloads));
        Row("internal types with a single user", hidden.Count(static node => node.Users.Count == 1));
        Row("circles of types", circles.Count);
        Row("largest circle of types", circles.Count == 0 ? 0 : circles[0].Count);
        foreach (IGrouping<string, TypeGraph.Node> room in graph.Nodes.GroupBy(static node => node.Room).OrderBy(static room => room.Key, StringComparer.Ordinal))
            Row($"types in {(room.Key.Length == 0 ? "the root" : room.Key)}", room.Count());
        text.AppendLine();
        foreach (TypeGraph.Node node in hidden.Where(static node => node.Users.Count == 1))
            text.AppendLine(CultureInfo.InvariantCulture, $"{node} is used by {node.Users.Single()} alone");
        text.AppendLine();
        foreach (IReadOnlyList<TypeGraph.Node> circle in circles)
            text.AppendLine(CultureInfo.InvariantCulture, $"Circle of {circle.Count}: {string.Join(", ", circle)}").AppendLine();

        void Row(string name, int value) => text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {value} |");
    }
}
