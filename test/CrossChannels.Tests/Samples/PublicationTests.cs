using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace CrossChannels.Tests.Samples;

/// <summary>test/CrossChannels.Published: what a program can do in each form in which it is published.</summary>
[TestClass]
public sealed partial class PublicationTests
{
    private const string Program = "CrossChannels.Published";

    public required TestContext TestContext { get; set; }

    /// <summary>As it is built. The long run publishes the other forms.</summary>
    [TestMethod]
    public async Task Files_CanDoAll()
    {
        var start = new ProcessStartInfo(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"), ["exec", BuiltProgram()]);
        (int exitCode, string output) = await RunAsync(start, TimeSpan.FromMinutes(2));
        Assert.AreEqual(0, exitCode, output);
        CollectionAssert.AreEqual(Abilities(), Ok().Matches(output).Select(static match => match.Groups["name"].Value).ToArray(), output);
    }

    /// <summary>Publishes and runs a trimmed single file and a native program; minutes each.</summary>
    [TestMethod]
    [DataRow("single-file")]
    [DataRow("trimmed")]
    [DataRow("native")]
    public async Task Publication_CanDoAll(string form)
    {
        if (Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") != "1")
            Assert.Inconclusive("Set CROSSCHANNELS_LONG=1 to publish.");
        (int exitCode, string output) = await RunAsync(new ProcessStartInfo("bash", [Repository.At($"test/{Program}/publish"), form]), TimeSpan.FromMinutes(15));
        TestContext.WriteLine(output);
        Assert.AreEqual(0, exitCode, output);
        if (output.Contains("not published", StringComparison.Ordinal))
            Assert.Inconclusive(output);
        StringAssert.Contains(output, $"{Abilities().Length} ok, 0 failed");
    }

    /// <summary>A warning of the analyzers for trimming and native code that is suppressed is put to the test where it matters.</summary>
    [TestMethod]
    public void Suppressions_AreEachRunWherePublished()
    {
        string abilities = File.ReadAllText(Repository.At($"test/{Program}/Abilities.cs"));
        var untried = new List<string>();
        foreach (string path in Directory.EnumerateFiles(Repository.At("src"), "*.cs", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(path);
            foreach (Match suppression in Suppression().Matches(text))
            {
                // The last type that begins before it, or the one that it stands on.
                string[] before = [.. TypeName().Matches(text[..suppression.Index]).Select(static match => match.Groups["name"].Value)];
                string type = before.Length > 0 ? before[^1] : TypeName().Match(text, suppression.Index).Groups["name"].Value;
                if (!abilities.Contains($"\"{type}\"", StringComparison.Ordinal))
                    untried.Add($"{type} ({Path.GetFileName(path)})");
            }
        }
        Assert.IsEmpty(untried, $"No ability of {Program} names the type whose warning is suppressed: {string.Join(", ", untried.Distinct())}.");
    }

    private static string[] Abilities() =>
        [.. Ability().Matches(File.ReadAllText(Repository.At($"test/{Program}/Abilities.cs"))).Select(static match => match.Groups["name"].Value)];

    private static string BuiltProgram()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Repository.At($"test/{Program}/bin/{output.Parent!.Name}/{output.Name}/{Program}.dll");
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start, TimeSpan deadline)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(deadline);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    [GeneratedRegex("^ok (?<name>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ok();

    [GeneratedRegex("^        new\\(\"(?<name>[a-z-]+)\"", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ability();

    [GeneratedRegex("\\[UnconditionalSuppressMessage", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Suppression();

    [GeneratedRegex("^ *(public |internal |private |static |sealed |abstract |partial )*(class|record|struct) (?<name>\\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeName();
}
