using System.Diagnostics;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>Workers of a pool, real processes, that die or hang in every way.</summary>
[TestClass]
public sealed class PoolFaultTests
{
    private static readonly int s_rounds = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 1000 : 4;

    [TestMethod]
    [DataRow(nameof(PoolTasks.ExitAtSeven), 33)]
    [DataRow(nameof(PoolTasks.KillSelfAtSeven), 137)]
    public async Task LostWorker_FaultsTheCallWithItsExit_AndThePoolIsWhole(string method, int code)
    {
        await using var pool = new WorkerPool(2);
        Func<int, int> task = method == nameof(PoolTasks.ExitAtSeven) ? PoolTasks.ExitAtSeven : PoolTasks.KillSelfAtSeven;
        WorkerLostException lost = await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.MapAsync(task, Enumerable.Range(0, 20), chunkSize: 2).Done());
        Assert.AreEqual(code, lost.Exit?.ExitCode);
        await IsWholeAsync(pool);
    }

    [TestMethod]
    public async Task LostWorker_WithRetries_CostsNothingButTime()
    {
        using var directory = new TempDirectory();
        string marker = Path.Combine(directory.Path, "died");
        await using var pool = new WorkerPool(2, new WorkerPoolOptions { MaxRetries = 1 });
        int[] results = await pool.MapAsync(PoolTasks.KillSelfOnce, Enumerable.Range(0, 20).Select(x => (marker, x)), chunkSize: 5).Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, 20).ToArray(), results);
        Assert.IsTrue(File.Exists(marker));
    }

    [TestMethod]
    public async Task LostWorker_MoreOftenThanRetries_Faults()
    {
        await using var pool = new WorkerPool(2, new WorkerPoolOptions { MaxRetries = 2 });
        await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.MapAsync(PoolTasks.KillSelfAtSeven, Enumerable.Range(0, 20), chunkSize: 5).Done());
        await IsWholeAsync(pool);
    }

    [TestMethod]
    public async Task OutOfMemory_FailsTheTask()
    {
        var options = new WorkerPoolOptions
        {
            Worker = new WorkerOptions
            {
                Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["DOTNET_GCHeapHardLimit"] = "0x4000000" },
                Error = TextWriter.Null,
            },
        };
        await using var pool = new WorkerPool(1, options);
        Exception? failure = null;
        try
        {
            await pool.RunAsync(PoolTasks.EatMemory, 1 << 20).Done();
        }
        catch (Exception e) when (e is WorkerFailedException or WorkerLostException)
        {
            failure = e;
        }
        Assert.IsNotNull(failure);
        await IsWholeAsync(pool);
    }

    [TestMethod]
    public async Task HangingTask_IsKilledAfterItsTimeout()
    {
        // Long enough for an item that does not hang, however busy the machine is.
        await using var pool = new WorkerPool(2, new WorkerPoolOptions { TaskTimeout = TimeSpan.FromSeconds(5), MaxRetries = 5 });
        TimeoutException late = await Assert.ThrowsExactlyAsync<TimeoutException>(() => pool.MapAsync(PoolTasks.Hang, Enumerable.Range(0, 20), chunkSize: 10).Done());
        StringAssert.Contains(late.Message, "at item 7;");
        await IsWholeAsync(pool);
    }

    [TestMethod]
    public async Task CanceledCall_ReachesTheRunningTask()
    {
        await using var pool = new WorkerPool(2, new WorkerPoolOptions { CancelTimeout = Timeout.InfiniteTimeSpan });
        await pool.StartAsync().Done();
        int[] before = [.. pool.ProcessIds.Order()];
        using var cancel = new CancellationTokenSource();
        Task<int[]> call = pool.MapAsync(PoolTasks.WaitForCancel, Enumerable.Range(0, 10), cancellationToken: cancel.Token);
        Task<int> other = pool.RunAsync(PoolTasks.Square, 5);
        await cancel.CancelAsync();
        OperationCanceledException canceled = await Assert.ThrowsAsync<OperationCanceledException>(() => call.Done());
        Assert.AreEqual(cancel.Token, canceled.CancellationToken);
        Assert.AreEqual(25, await other.Done());
        CollectionAssert.AreEqual(before, pool.ProcessIds.Order().ToArray());
    }

    [TestMethod]
    public async Task CanceledCall_WhoseTaskIgnoresIt_EndsAndItsWorkerIsReplaced()
    {
        using var directory = new TempDirectory();
        await using var pool = new WorkerPool(1, new WorkerPoolOptions { CancelTimeout = TimeSpan.FromMilliseconds(200) });
        await pool.StartAsync().Done();
        int before = pool.ProcessIds[0];
        using var cancel = new CancellationTokenSource();
        string marker = Path.Combine(directory.Path, "hangs");
        Task call = pool.RunAsync(PoolTasks.HangVisibly, marker, cancel.Token);
        await Wait.Until(() => File.Exists(marker));
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => call.Done());
        Assert.AreNotEqual(before, await pool.RunAsync(PoolTasks.ProcessId).Done());
    }

    [TestMethod]
    public async Task FailingInitializer_FaultsTheCalls()
    {
        await using var pool = new WorkerPool(2, new WorkerPoolOptions { Initializer = WorkerInitializer.Create(PoolTasks.FailToBegin) });
        WorkerLostException lost = await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.MapAsync(PoolTasks.Square, [1, 2, 3, 4]).Done());
        Assert.AreEqual("no such oven", ((WorkerFailedException)lost.InnerException!).RemoteMessage);
        await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.RunAsync(PoolTasks.Square, 1).Done());
        await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.StartAsync().Done());
    }

    [TestMethod]
    public async Task Initializer_RunsBeforeTheFirstTask()
    {
        await using var pool = new WorkerPool(2, new WorkerPoolOptions { Initializer = WorkerInitializer.Create(PoolTasks.BeginWith, 40) });
        CollectionAssert.AreEqual((int[])[41, 42], await pool.MapAsync(PoolTasks.BegunWith, [1, 2]).Done());
    }

    [TestMethod]
    public async Task MaxTasksPerWorker_ReplacesWorkers()
    {
        await using var pool = new WorkerPool(2, new WorkerPoolOptions { MaxTasksPerWorker = 3 });
        int[] processes = await pool.MapAsync(PoolTasks.ProcessIdOf, Enumerable.Range(0, 12), chunkSize: 5).Done();
        Assert.IsTrue(processes.GroupBy(static id => id).All(static group => group.Count() <= 3), string.Join(' ', processes));
    }

    [TestMethod]
    public async Task Megabytes_OfOutput_BlockNothing()
    {
        var options = new WorkerPoolOptions { Worker = new WorkerOptions { Output = TextWriter.Null } };
        await using var pool = new WorkerPool(2, options);
        CollectionAssert.AreEqual((int[])[4, 4], await pool.MapAsync(PoolTasks.Print, [4, 4]).Done());
    }

    [TestMethod]
    public async Task Calls_AfterCompletion_Throw()
    {
        var pool = new WorkerPool(1);
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => pool.JoinAsync().Done());
        Task<int> call = pool.RunAsync(PoolTasks.Square, 4);
        pool.Complete();
        await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => pool.RunAsync(PoolTasks.Square, 4).Done());
        Assert.AreEqual(16, await call.Done());
        await pool.JoinAsync().Done();
    }

    [TestMethod]
    public async Task Terminate_CancelsAndLeavesNoProcess()
    {
        var pool = new WorkerPool(2);
        await pool.StartAsync().Done();
        int[] processes = [.. pool.ProcessIds];
        Task<int[]> call = pool.MapAsync(PoolTasks.Hang, Enumerable.Repeat(7, 50));
        pool.Terminate();
        await Assert.ThrowsAsync<OperationCanceledException>(() => call.Done());
        await pool.JoinAsync().Done();
        foreach (int id in processes)
            Assert.IsFalse(Directory.Exists($"/proc/{id}"), $"Process {id} is left.");
    }

    [TestMethod]
    [TestCategory("Faults")]
    public async Task SeededKills_NeverHang_AndLoseNothingWithRetries()
    {
        await using var pool = new WorkerPool(2, new WorkerPoolOptions { MaxRetries = 1000, MaxStartAttempts = 1000 });
        for (int round = 0; round < s_rounds; round++)
        {
            var random = new Random(round);
            Task<int[]> call = pool.MapAsync(PoolTasks.SquareLater, Enumerable.Range(0, 20_000), chunkSize: random.Next(1, 40));
            for (int kill = 0; kill < 2 && !call.IsCompleted; kill++)
            {
                for (int turns = random.Next(2000); turns > 0; turns--)
                    await Task.Yield();
                KillOne(pool, random);
            }
            CollectionAssert.AreEqual(Enumerable.Range(0, 20_000).Select(static x => x * x).ToArray(), await call.Done());
        }
    }

    private static void KillOne(WorkerPool pool, Random random)
    {
        IReadOnlyList<int> ids = pool.ProcessIds;
        if (ids.Count == 0)
            return;
        try
        {
            using var process = Process.GetProcessById(ids[random.Next(ids.Count)]);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It has gone by itself.
        }
    }

    private static async Task IsWholeAsync(WorkerPool pool)
    {
        await pool.StartAsync().Done();
        Assert.HasCount(pool.Size, pool.ProcessIds);
        CollectionAssert.AreEqual((int[])[1, 4, 9], await pool.MapAsync(PoolTasks.Square, [1, 2, 3]).Done());
    }
}
