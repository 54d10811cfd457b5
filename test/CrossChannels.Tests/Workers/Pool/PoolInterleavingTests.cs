using CrossChannels.Workers;
using CrossChannels.Workers.Pool;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>What meets in a pool at one moment.</summary>
[TestClass]
[DoNotParallelize]
public sealed class PoolInterleavingTests
{
    private const int MaxItemBytes = 32 * 1024;

    [TestMethod]
    public async Task Progress_ThatAsksThePool_DoesNotStopItsStream()
    {
        await using var pool = new WorkerPool(2, null, LocalWorker.StartAsync);
        var progress = new AskingProgress(pool);
        int count = 0;
        Task reading = Task.Run(async () =>
        {
            await foreach (int _ in pool.MapUnorderedAsync(PoolTasks.EmptyValue, Enumerable.Range(0, 20_000), progress: progress))
                count++;
        });
        await reading.Done();
        Assert.AreEqual(20_000, count);
        Assert.AreEqual(20_000, progress.Last);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(5)]
    public async Task Result_AboveTheLimitOfAnItem_FailsItsCallOnly(int chunkSize)
    {
        await using var pool = new WorkerPool(1, null, static (_, _) => LocalWorker.StartSmallAsync(MaxItemBytes));
        WorkerFailedException failure = await Assert.ThrowsExactlyAsync<WorkerFailedException>(
            () => pool.MapAsync(TextOf, [1, 2, MaxItemBytes, 4, 5], chunkSize).Done());
        Assert.AreEqual(typeof(ItemTooLargeException).FullName, failure.RemoteType);
        Assert.AreEqual("xx", await pool.RunAsync(TextOf, 2).Done());
    }

    [TestMethod]
    public async Task Terminate_WhileWorkersStart_CancelsTheWaitForThem()
    {
        await using var pool = new WorkerPool(2, null, static async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("not reached");
        });
        Task starting = pool.StartAsync();
        pool.Terminate();
        await Assert.ThrowsAsync<OperationCanceledException>(() => starting.Done());
    }

    [TestMethod]
    public async Task FailingStarts_WhileCallsKeepComing_EndTheCalls()
    {
        const int MaxStarts = 30;
        int starts = 0;
        List<Task> calls = [];
        WorkerPool? pool = null;
        pool = new WorkerPool(1, null, (_, _) =>
        {
            if (++starts < MaxStarts)
                calls.Add(pool!.RunAsync(PoolTasks.Square, starts, CancellationToken.None));
            throw new FileNotFoundException("no program");
        });
        await using (pool)
        {
            await Assert.ThrowsExactlyAsync<WorkerLostException>(() => pool.RunAsync(PoolTasks.Square, 0).Done());
            Assert.IsLessThan(MaxStarts, starts);
            foreach (Task call in calls)
                await Assert.ThrowsExactlyAsync<WorkerLostException>(() => call.Done());
        }
    }

    [TestMethod]
    public async Task Terminate_WhoseKillIsQuick_CancelsWhatRan()
    {
        using var ended = new ManualResetEventSlim();
        await using var pool = new WorkerPool(1, null, async (name, cancellationToken) =>
            new SlowlyKilled(await LocalWorker.StartAsync(name, cancellationToken), ended));
        Task call = pool.RunAsync(static () => Task.Delay(Timeout.Infinite));
        _ = call.ContinueWith(_ => ended.Set(), TaskScheduler.Default);
        await Wait.Until(() => pool.ProcessIds.Count == 1);
        await Task.Run(pool.Terminate).Done();
        await Assert.ThrowsAsync<OperationCanceledException>(() => call.Done());
    }

    private static string TextOf(int length) => new('x', length);

    private sealed class AskingProgress(WorkerPool pool) : IProgress<int>
    {
        public int Last { get; private set; }

        public void Report(int value)
        {
            _ = pool.ProcessIds;
            Last = value;
        }
    }

    /// <summary>Kill returns when what ran in it is over.</summary>
    private sealed class SlowlyKilled(IPoolWorker inner, ManualResetEventSlim ended) : IPoolWorker
    {
        public int ProcessId => inner.ProcessId;

        public DuplexChannel<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Link => inner.Link;

        public Task<WorkerExit> Exited => inner.Exited;

        public void Kill()
        {
            inner.Kill();
            ended.Done();
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
