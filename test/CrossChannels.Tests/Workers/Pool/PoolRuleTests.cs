using System.Runtime.CompilerServices;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>What a pool gives to whom, over workers in this process, which tell what happens in them.</summary>
[TestClass]
[DoNotParallelize]
public sealed class PoolRuleTests
{
    private static TaskCompletionSource s_release = new();
    private static int s_starts;

    [TestMethod]
    public async Task SlowTask_AmongShortOnes_HoldsUpNone()
    {
        s_release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pool = new WorkerPool(2, null, LocalWorker.StartAsync);
        var seen = new ProgressList();
        Task<int[]> call = pool.MapAsync(SlowAt700, Enumerable.Range(0, 1000), chunkSize: 1, progress: seen);
        await Wait.Until(() => seen.Last == 999, "all but the slow one");
        s_release.SetResult();
        CollectionAssert.AreEqual(Enumerable.Range(0, 1000).ToArray(), await call.Done());
    }

    [TestMethod]
    public async Task StartAsync_WhileWorkersAreReplaced_ReturnsWhenAllAreReady()
    {
        await using var pool = new WorkerPool(3, new WorkerPoolOptions { MaxTasksPerWorker = 10 }, LocalWorker.StartAsync);
        for (int round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(i => pool.RunAsync(PoolTasks.Square, i))).Done();
            await pool.StartAsync().Done();
            Assert.HasCount(3, pool.ProcessIds);
        }
    }

    [TestMethod]
    public async Task FailingInitializer_IsTriedSoManyTimes()
    {
        s_starts = 0;
        var options = new WorkerPoolOptions { Initializer = WorkerInitializer.Create(CountAndFail), MaxStartAttempts = 4 };
        await using var pool = new WorkerPool(1, options, LocalWorker.StartAsync);
        await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.RunAsync(PoolTasks.Square, 1).Done());
        Assert.AreEqual(4, s_starts);
    }

    [TestMethod]
    public async Task HangingInitializer_EndsAtTheStartTimeout()
    {
        var options = new WorkerPoolOptions
        {
            Initializer = WorkerInitializer.Create(static () => Task.Delay(Timeout.Infinite)),
            StartTimeout = TimeSpan.FromMilliseconds(50),
        };
        await using var pool = new WorkerPool(1, options, LocalWorker.StartAsync);
        WorkerLostException lost = await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.RunAsync(PoolTasks.Square, 1).Done());
        StringAssert.Contains(lost.Message, "was not ready within");
    }

    [TestMethod]
    public async Task WorkerThatCannotBeStarted_FaultsTheCalls()
    {
        await using var pool = new WorkerPool(2, null, static (_, _) => throw new FileNotFoundException("no program"));
        WorkerLostException lost = await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.MapAsync(PoolTasks.Square, [1, 2, 3]).Done());
        StringAssert.Contains(lost.Message, "no program");
    }

    [TestMethod]
    public async Task Failure_ThatNobodyObserves_IsLogged()
    {
        var logger = new LogList();
        await using var pool = new WorkerPool(1, new WorkerPoolOptions { Logger = logger }, LocalWorker.StartAsync);
        await ForgetAsync(pool);
        await Wait.Until(() => Collected(logger));
    }

    [TestMethod]
    public async Task Source_ThatThrows_FaultsItsLoop()
    {
        await using var pool = new WorkerPool(2, null, LocalWorker.StartAsync);
        FormatException failure = await Assert.ThrowsExactlyAsync<FormatException>(async () =>
        {
            await foreach (int result in pool.MapOrderedAsync(PoolTasks.Square, Broken()))
                Assert.IsGreaterThanOrEqualTo(0, result);
        });
        Assert.AreEqual("no more", failure.Message);

        static IEnumerable<int> Broken()
        {
            yield return 1;
            throw new FormatException("no more");
        }
    }

    [TestMethod]
    public async Task Calls_WithMistakes_AreRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(static () => new WorkerPool(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(static () => new WorkerPoolOptions { MaxRetries = -1 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(static () => new WorkerPoolOptions { ChunkSize = 0 });
        await using var pool = new WorkerPool(1, null, LocalWorker.StartAsync);
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(() => pool.MapAsync(PoolTasks.Square, [1], chunkSize: 0).Done());
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => pool.RunAsync(static () => ValueTask.FromResult(1)).Done());
        ArgumentException refused = await Assert.ThrowsExactlyAsync<ArgumentException>(() => pool.RunAsync(static (object x) => x.GetHashCode(), new object()).Done());
        StringAssert.Contains(refused.Message, "Argument 'x' of a lambda in Calls_WithMistakes_AreRefused cannot go to another process");
    }

    [TestMethod]
    public async Task Result_ThatCannotCross_IsRefusedByName()
    {
        await using var pool = new WorkerPool(1, null, LocalWorker.StartAsync);
        NotSupportedException refused = await Assert.ThrowsExactlyAsync<NotSupportedException>(() => pool.RunAsync(MakeAnything, 1).Done());
        StringAssert.StartsWith(refused.Message, "The result of PoolRuleTests.MakeAnything cannot go to another process: ");
        ArgumentException noValue = await Assert.ThrowsExactlyAsync<ArgumentException>(() => pool.MapAsync(NoValueLater, [1, 2]).Done());
        StringAssert.Contains(noValue.Message, "MapAsync needs a method that returns a value or a Task<T>");
    }

    private static object MakeAnything(int x) => x;

    private static Task NoValueLater(int x) => Task.Delay(x);

    private static async Task<int> SlowAt700(int x)
    {
        if (x == 700)
            await s_release.Task;
        return x;
    }

    private static void CountAndFail()
    {
        s_starts++;
        throw new FormatException("no start");
    }

    /// <summary>Makes a call that fails, without a look at how it ends.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ForgetAsync(WorkerPool pool)
    {
        var call = new WeakReference<Task>(pool.RunAsync(PoolTasks.FailAt, 1, 1));
        await Wait.Until(() => !call.TryGetTarget(out Task? task) || task.IsCompleted);
    }

    private static bool Collected(LogList logger)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return logger.Errors.Any(static error => error is WorkerFailedException);
    }
}
