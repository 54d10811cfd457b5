using System.Diagnostics;

namespace CrossChannels.Hosting.Tests;

/// <summary>docs/samples/FileBased, compiled and run by the SDK. That takes as long as a build.</summary>
[TestClass]
public sealed class FileBasedTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(3);

    [TestMethod]
    public async Task Letters_AreDelivered()
    {
        if (Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") != "1")
            Assert.Inconclusive("Builds a program; set CROSSCHANNELS_LONG=1.");
        string[] arguments = ["run", Repository.At("docs/samples/FileBased/letters.cs"), "--", "Ann", "Bob"];
        using Process process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(s_deadline);
            await process.WaitForExitAsync().WaitAsync(s_deadline);
            Assert.AreEqual(0, process.ExitCode, output + await errors.WaitAsync(s_deadline));
            CollectionAssert.AreEquivalent(new[] { "Delivered to Ann.", "Delivered to Bob." }, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
