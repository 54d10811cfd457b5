using EndToEnd.Comparing;

namespace CrossChannels.Tests.Perf;

/// <summary>Worktrees of a repository that each test makes for itself.</summary>
[TestClass]
public sealed class CheckoutTests
{
    [TestMethod]
    public async Task AddAsync_Tag_HasItsFilesAndLeavesNothing()
    {
        using var directory = new TempDirectory();
        await CreateRepositoryAsync(directory.Path);
        string source;
        await using (Checkout checkout = await Checkout.AddAsync(directory.Path, "first", CancellationToken.None))
        {
            source = checkout.Source;
            Assert.AreEqual("1", await File.ReadAllTextAsync(Path.Combine(source, "file")));
            Assert.AreEqual(40, checkout.Commit.Length);
            // What a build leaves behind goes too.
            await File.WriteAllTextAsync(Path.Combine(source, "untracked"), "");
            Directory.CreateDirectory(checkout.Output);
        }
        Assert.IsFalse(Directory.Exists(Path.GetDirectoryName(source)));
        Assert.AreEqual(1, await WorktreesAsync(directory.Path));
    }

    [TestMethod]
    [DataRow("second")]
    [DataRow("--help")]
    [DataRow("")]
    public async Task AddAsync_NoSuchCommit_IsToldByName(string reference)
    {
        using var directory = new TempDirectory();
        await CreateRepositoryAsync(directory.Path);
        var e = await Assert.ThrowsExactlyAsync<ComparisonException>(() => Checkout.AddAsync(directory.Path, reference, CancellationToken.None));
        StringAssert.Contains(e.Message, $"'{reference}' is not a commit");
    }

    [TestMethod]
    public async Task AddAsync_NoRepository_IsTold()
    {
        using var directory = new TempDirectory();
        await RequireGitAsync();
        await Assert.ThrowsExactlyAsync<ComparisonException>(() => Checkout.AddAsync(directory.Path, "HEAD", CancellationToken.None));
    }

    [TestMethod]
    public async Task BuildAsync_VersionWithoutTheLibrary_SaysSoAndLeavesNothing()
    {
        using var directory = new TempDirectory();
        await CreateRepositoryAsync(directory.Path);
        var e = await Assert.ThrowsExactlyAsync<ComparisonException>(
            () => ComparedVersion.BuildAsync(new Harness(directory.Path), "first", CancellationToken.None));
        StringAssert.Contains(e.Message, "'first' cannot be compared: it has no src");
        Assert.AreEqual(1, await WorktreesAsync(directory.Path));
    }

    [TestMethod]
    public async Task AddAsync_Canceled_LeavesNothing()
    {
        using var directory = new TempDirectory();
        await CreateRepositoryAsync(directory.Path);
        using var canceled = new CancellationTokenSource();
        await canceled.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => Checkout.AddAsync(directory.Path, "first", canceled.Token));
        Assert.AreEqual(1, await WorktreesAsync(directory.Path));
    }

    [TestMethod]
    public async Task RunAsync_Canceled_EndsTheProgramBeforeItReturns()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Needs Linux.");
        using var directory = new TempDirectory();
        using var cancel = new CancellationTokenSource();
        Task<Tool> run = Tool.RunAsync(directory.Path, "sh", ["-c", "echo $$ > id.new; mv id.new id; exec sleep 600"], cancel.Token);
        await Wait.Until(() => File.Exists(directory["id"]));
        string id = (await File.ReadAllTextAsync(directory["id"])).Trim();
        Assert.IsTrue(Directory.Exists($"/proc/{id}"));
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => run.Done());
        Assert.IsFalse(Directory.Exists($"/proc/{id}"));
    }

    [TestMethod]
    public async Task RunAsync_NoSuchProgram_IsTold()
    {
        var e = await Assert.ThrowsExactlyAsync<ComparisonException>(
            () => Tool.RunAsync(AppContext.BaseDirectory, "no-such-program", [], CancellationToken.None).Done());
        StringAssert.Contains(e.Message, "'no-such-program' cannot be started");
    }

    private static async Task CreateRepositoryAsync(string directory)
    {
        await RequireGitAsync();
        await File.WriteAllTextAsync(Path.Combine(directory, "file"), "1");
        await GitAsync(directory, "init", "--quiet");
        await GitAsync(directory, "add", "file");
        await GitAsync(directory, "-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "--quiet", "--message", "First");
        await GitAsync(directory, "tag", "first");
    }

    private static async Task<int> WorktreesAsync(string directory) =>
        (await GitAsync(directory, "worktree", "list", "--porcelain")).Split('\n').Count(static line => line.StartsWith("worktree ", StringComparison.Ordinal));

    private static async Task<string> GitAsync(string directory, params string[] arguments)
    {
        Tool git = await Tool.RunAsync(directory, "git", arguments, CancellationToken.None).Done();
        Assert.AreEqual(0, git.ExitCode, git.Errors);
        return git.Output;
    }

    private static async Task RequireGitAsync()
    {
        try
        {
            await Tool.RunAsync(AppContext.BaseDirectory, "git", ["--version"], CancellationToken.None).Done();
        }
        catch (ComparisonException)
        {
            Assert.Inconclusive("Needs git.");
        }
    }
}
