using System.Globalization;
using System.Text.Json.Nodes;

namespace CrossChannels.Tests.Workers;

/// <summary>What becomes of workers when their parent, a console program, ends; and the other ways in which they start.</summary>
[TestClass]
public sealed class WorkerParentTests
{
    private const int TerminateSignal = 15;

    /// <summary>CROSSCHANNELS_LONG=1 makes them hundreds.</summary>
    private static readonly int s_workers = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 300 : 60;

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Parent_KilledOrTerminated_LeavesNoWorker(bool isKilled)
    {
        await using ChildProcess parent = ChildProcess.Start("start-workers-and-wait");
        int[] workers = Numbers(await parent.ReadLineAsync());
        if (isKilled)
            await parent.KillAsync();
        else
            Signals.Send(parent.Id, TerminateSignal);
        foreach (int worker in workers)
            await Wait.Until(() => !LiveProcesses.IsAlive(worker));
    }

    [TestMethod]
    public async Task Parent_Returning_WaitsForWorkersAndTerminatesDaemons()
    {
        await using SharedChannel<string> words = await CrossChannel.CreateUnboundedAsync<string>(WorkerStartTests.UniqueName());
        await using ChildProcess parent = ChildProcess.Start("start-workers-and-return", words.Address.ToString());
        int[] workers = Numbers(await parent.ReadLineAsync());
        await Wait.Until(() => !LiveProcesses.IsAlive(workers[1]));
        Assert.IsTrue(LiveProcesses.IsAlive(workers[0]));
        Assert.IsTrue(LiveProcesses.IsAlive(parent.Id));
        await words.Writer.WriteAsync("end").Done();
        Assert.AreEqual("end", await parent.ReadLineAsync());
        Assert.AreEqual(0, await parent.WaitForExitAsync());
        Assert.IsFalse(LiveProcesses.IsAlive(workers[0]));
    }

    [TestMethod]
    public async Task Many_LeaveNoProcessAndNoFile()
    {
        await using ChildProcess parent = ChildProcess.Start("start-workers", $"{s_workers}");
        // The deadline is for some of them, however many there are.
        string line;
        while ((line = await parent.ReadLineAsync()) == "some")
        {
        }
        Assert.AreEqual("0 ", line);
        Assert.AreEqual(0, await parent.WaitForExitAsync());
    }

    [TestMethod]
    public async Task Program_OfFiles_StartsWorkers()
    {
        await using ChildProcess parent = ChildProcess.Start("start-worker", "false");
        Assert.AreEqual("7\nexit code 0\n", await parent.ReadToEndAsync());
    }

    [TestMethod]
    public async Task Program_WhoseConfigurationIsNotToBeFound_StartsWorkersByTheHook()
    {
        // The host reads the dependencies under another name, beside which no configuration lies.
        string dependencies = Path.Combine(AppContext.BaseDirectory, $"{Guid.NewGuid():N}.deps.json");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "CrossChannels.TestChild.deps.json"), dependencies);
        try
        {
            await using ChildProcess parent = ChildProcess.StartWith(["--depsfile", dependencies], ["start-worker", "false"]);
            Assert.AreEqual("7\nexit code 0\n", await parent.ReadToEndAsync());
        }
        finally
        {
            File.Delete(dependencies);
        }
    }

    [TestMethod]
    public async Task Program_WithoutHooks_RunsWhatMainLists()
    {
        using var directory = new TempDirectory();
        await using ChildProcess parent = ChildProcess.StartWith(["--runtimeconfig", WithoutHooks(directory)], ["start-worker", "true"]);
        Assert.AreEqual("7\nexit code 0\n", await parent.ReadToEndAsync());
    }

    [TestMethod]
    public async Task Program_WithoutHooksAndWithoutTheLine_IsRefusedWithTheLine()
    {
        using var directory = new TempDirectory();
        await using ChildProcess parent = ChildProcess.StartWith(["--runtimeconfig", WithoutHooks(directory)], ["start-worker", "false"]);
        StringAssert.Contains(await parent.ReadToEndAsync(), "if (WorkerProcess.IsWorker) return await WorkerProcess.RunAsync(WorkerParent.SayNumber);");
    }

    [TestMethod]
    public async Task Pool_WithoutHooks_RunsWhatMainLists()
    {
        using var directory = new TempDirectory();
        await using ChildProcess parent = ChildProcess.StartWith(["--runtimeconfig", WithoutHooks(directory)], ["map-in-pool", "true"]);
        Assert.AreEqual("0 1 4 9 16\n", await parent.ReadToEndAsync());
    }

    [TestMethod]
    public async Task Pool_WithoutHooksAndWithoutTheLine_IsRefusedWithTheLine()
    {
        using var directory = new TempDirectory();
        await using ChildProcess parent = ChildProcess.StartWith(["--runtimeconfig", WithoutHooks(directory)], ["map-in-pool", "false"]);
        StringAssert.Contains(await parent.ReadToEndAsync(), "if (WorkerProcess.IsWorker) return await WorkerProcess.RunAsync(WorkerParent.Square);");
    }

    private static string WithoutHooks(TempDirectory directory)
    {
        JsonNode configuration = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "CrossChannels.TestChild.runtimeconfig.json")))!;
        JsonNode options = configuration["runtimeOptions"]!;
        options["configProperties"] ??= new JsonObject();
        options["configProperties"]!["System.StartupHookProvider.IsSupported"] = false;
        string path = Path.Combine(directory.Path, "without-hooks.runtimeconfig.json");
        File.WriteAllText(path, configuration.ToJsonString());
        return path;
    }

    private static int[] Numbers(string line) => [.. line.Split(' ').Select(static text => int.Parse(text, CultureInfo.InvariantCulture))];
}
