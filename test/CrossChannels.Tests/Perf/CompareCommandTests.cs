using EndToEnd.Comparing;

namespace CrossChannels.Tests.Perf;

/// <summary>The command as users run it. None of these gets as far as measuring.</summary>
[TestClass]
public sealed class CompareCommandTests
{
    [TestMethod]
    [DataRow("Say with which version", "compare")]
    [DataRow("--budget", "compare", "HEAD", "--budget", "0")]
    [DataRow("--threshold", "compare", "HEAD", "--threshold", "101")]
    [DataRow("There is no row 'nope'", "compare", "HEAD", "--scenario", "nope")]
    [DataRow("--repeat", "calibrate", "--self", "--runs", "x", "--repeat", "0")]
    public async Task Run_WrongArguments_SaysWhichAndEndsWithOne(string expected, params string[] arguments)
    {
        Tool run = await RunAsync(arguments);
        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Errors, expected);
    }

    [TestMethod]
    public async Task Run_UnknownReference_SaysSoWithoutAStackTrace()
    {
        Tool run = await RunAsync("compare", "no-such-version");
        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Errors, "'no-such-version' is not a commit");
        Assert.DoesNotContain("   at ", run.Errors);
    }

    [TestMethod]
    public async Task Run_OnlyRowsThatCannotBeCompared_SaysWhy()
    {
        Tool run = await RunAsync("compare", "--self", "--scenario", "idle-memory");
        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Errors, "There is nothing to compare: no rounds");
    }

    private static async Task<Tool> RunAsync(params string[] arguments)
    {
        using var deadline = new CancellationTokenSource(Wait.Deadline);
        return await Tool.RunAsync(
            AppContext.BaseDirectory,
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "EndToEnd.dll"), .. arguments],
            deadline.Token);
    }
}
