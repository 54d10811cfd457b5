using System.Reflection;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>Signals that a service manager, or a terminal, sends to the whole process group of a program.</summary>
[TestClass]
public sealed class PoolSignalTests
{
    private const int Hangup = 1;
    private const int Interrupt = 2;
    private const int Terminate = 15;

    [TestMethod]
    [DataRow(Hangup)]
    [DataRow(Interrupt)]
    [DataRow(Terminate)]
    public async Task Worker_FinishesWhatItHas_WhileItsParentLives(int signal)
    {
        using var directory = new TempDirectory();
        await using var pool = new WorkerPool(1);
        (Task<int> task, int worker) = await BeginAsync(pool, directory);
        Signals.Send(worker, signal);
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "end"), "");
        Assert.AreEqual(worker, await task.Done());
        Assert.AreEqual(worker, await pool.RunAsync(PoolTasks.ProcessId).Done());
    }

    [TestMethod]
    public async Task Worker_ThatExitsOnSignals_IsLost()
    {
        using var directory = new TempDirectory();
        await using var pool = new WorkerPool(1, new WorkerPoolOptions { Worker = new WorkerOptions { ExitOnSignal = true } });
        (Task<int> task, int worker) = await BeginAsync(pool, directory);
        Signals.Send(worker, Terminate);
        WorkerLostException lost = await Assert.ThrowsExactlyAsync<WorkerLostException>(() => task.Done());
        Assert.AreEqual(143, lost.Exit?.ExitCode);
    }

    private static async Task<(Task<int> Task, int Worker)> BeginAsync(WorkerPool pool, TempDirectory directory)
    {
        await pool.StartAsync().Done();
        Task<int> task = pool.RunAsync(WaitForFile, directory.Path);
        await Wait.Until(() => File.Exists(Path.Combine(directory.Path, "begun")));
        return (task, pool.ProcessIds[0]);
    }

    private static async Task<int> WaitForFile(string directory)
    {
        // A worker looks out for signals a moment after its method has begun.
        FieldInfo handlers = typeof(CrossChannels.Workers.Running.WorkerSignals).GetField("s_registrations", BindingFlags.NonPublic | BindingFlags.Static)!;
        SpinWait.SpinUntil(() => handlers.GetValue(null) is not null);
        await File.WriteAllTextAsync(Path.Combine(directory, "begun"), "");
        while (!File.Exists(Path.Combine(directory, "end")))
            await Task.Yield();
        return Environment.ProcessId;
    }
}
