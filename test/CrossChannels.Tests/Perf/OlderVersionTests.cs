using EndToEnd.Comparing;

namespace CrossChannels.Tests.Perf;

/// <summary>The harness of this version builds with a library that still has other names.</summary>
[TestClass]
public sealed class OlderVersionTests
{
    // The last commit before the public names changed.
    private const string LastOfTheOldNames = "54f549b";

    // A build of three projects, beside everything else that a test run does.
    private static readonly TimeSpan s_buildDeadline = TimeSpan.FromMinutes(8);

    /// <summary>A whole build: CROSSCHANNELS_LONG=1 has it.</summary>
    [TestMethod]
    public async Task BuildAsync_LibraryWithTheOldNames_Builds()
    {
        if (Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") != "1")
            Assert.Inconclusive("Builds an older version, which takes a minute: CROSSCHANNELS_LONG=1.");
        var harness = new Harness(Repository.Root);
        using var deadline = new CancellationTokenSource(s_buildDeadline);
        Tool found = await GitAsync("rev-parse", "--verify", "--quiet", LastOfTheOldNames + "^{commit}");
        if (found.ExitCode != 0)
            Assert.Inconclusive($"Needs a repository with {LastOfTheOldNames}.");
        string executable;
        await using (ComparedVersion old = await ComparedVersion.BuildAsync(harness, LastOfTheOldNames, deadline.Token))
        {
            executable = old.Executable;
            Assert.IsTrue(old.HasWorkers);
            Assert.IsTrue(File.Exists(executable));
        }
        Assert.IsFalse(File.Exists(executable));
    }

    /// <summary>What the parts call is in the file of today's names and in that of the old ones.</summary>
    [TestMethod]
    public void Library_EitherFile_HasTheSameMembers()
    {
        string[] today = Members("Library.cs"), before = Members("Library.Before.cs");
        Assert.IsGreaterThan(3, today.Length);
        CollectionAssert.AreEqual(today, before);
    }

    /// <summary>Declarations up to their bodies; no type in them has changed its name.</summary>
    private static string[] Members(string file)
    {
        string text = File.ReadAllText(Repository.At("perf/EndToEnd/Parts/Library/" + file)).ReplaceLineEndings("\n");
        return [.. text.Split("    public ", StringSplitOptions.None).Skip(1).Select(static member => member[..member.IndexOfAny(['{', '='])].Trim())];
    }

    private static async Task<Tool> GitAsync(params string[] arguments)
    {
        try
        {
            return await Tool.RunAsync(Repository.Root, "git", arguments, CancellationToken.None).Done();
        }
        catch (ComparisonException)
        {
            Assert.Inconclusive("Needs git.");
            throw;
        }
    }
}
