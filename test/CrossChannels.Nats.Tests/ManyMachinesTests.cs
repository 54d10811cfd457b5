using System.Diagnostics;

namespace CrossChannels.Nats.Tests;

/// <summary>docs/samples/ManyMachines, as its users run it.</summary>
[TestClass]
public sealed class ManyMachinesTests
{
    /// <summary>Six processes take their time on a busy machine.</summary>
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(120);

    [TestMethod]
    [DataRow("hub")]
    [DataRow("nats")]
    public async Task OneWorkerIsKilled_AndTheServerRestarted_TheResultIsComplete(string engine)
    {
        string server = NatsBinary.Find(isOld: false);
        string sample = Path.Combine(AppContext.BaseDirectory, "ManyMachines.dll");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [sample, "--engine", engine]) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["NATS_SERVER"] = server;
        using Process process = Process.Start(start)!;
        try
        {
            string said = await process.StandardOutput.ReadToEndAsync().WaitAsync(s_deadline);
            await process.WaitForExitAsync().Done();
            Assert.AreEqual(0, process.ExitCode, said);
            StringAssert.Contains(said, "a worker is killed");
            StringAssert.Contains(said, "60 of 60 results, all right");
            Assert.AreEqual(engine == "nats", said.Contains("the server is killed and started again"), said);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
