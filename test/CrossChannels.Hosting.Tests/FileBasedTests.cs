using System.Diagnostics;

namespace CrossChannels.Hosting.Tests;

/// <summary>docs/samples/FileBased, compiled and run by the SDK as a user does it.</summary>
[TestClass]
public sealed class FileBasedTests
{
    // As long as a build takes on a machine that is busy with others.
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    [TestMethod]
    public async Task Letters_AreDelivered()
    {
        // Without the cache: it does not know of changes in the projects that the file names.
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["run", "--no-cache", Repository.At("docs/samples/FileBased/letters.cs"), "--", "Ann", "Bob"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // No server of the build outlives the run.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using Process process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(s_deadline);
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(deadline.Token);
            string output = await process.StandardOutput.ReadToEndAsync(deadline.Token);
            string said = output + await errors;
            await process.WaitForExitAsync(deadline.Token);
            foreach (string code in new[] { "NU1101", "NU1102", "NU1301" })
            {
                if (said.Contains(code, StringComparison.Ordinal))
                    Assert.Inconclusive($"The sample's packages cannot be had here:\n{said}");
            }
            Assert.AreEqual(0, process.ExitCode, said);
            CollectionAssert.AreEquivalent(new[] { "Delivered to Ann.", "Delivered to Bob." }, output.Split('\n', StringSplitOptions.RemoveEmptyEntries), said);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
