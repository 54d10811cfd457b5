using System.Runtime.CompilerServices;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>What a loop over a stream's results sees, and what is left of one that is left.</summary>
[TestClass]
[DoNotParallelize]
public sealed class PoolStreamTests
{
    private static TaskCompletionSource s_threw = new();
    private static TaskCompletionSource s_release = new();

    [TestInitialize]
    public void Reset()
    {
        s_threw = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        s_release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task SourceThatThrows_ComesAfterTheResultsOfWhatItGave(bool isOrdered)
    {
        await using var pool = new WorkerPool(2, null, LocalWorker.StartAsync);
        List<int> got = [];
        FormatException failure = await Assert.ThrowsExactlyAsync<FormatException>(
            () => ReadAsync(isOrdered ? pool.MapOrderedAsync(WaitForThrow, FiveAsync()) : pool.MapUnorderedAsync(WaitForThrow, FiveAsync()), got).Done());
        Assert.AreEqual("the source", failure.Message);
        got.Sort();
        CollectionAssert.AreEqual((int[])[0, 1, 2, 3, 4], got);

        // The tasks end only after the source has thrown.
        static async Task<int> WaitForThrow(int x)
        {
            await s_threw.Task;
            return x;
        }
    }

    [TestMethod]
    public async Task MethodThatThrows_OrderedStream_ComesAfterTheResultsBeforeIt()
    {
        await using var pool = new WorkerPool(2, null, LocalWorker.StartAsync);
        List<int> got = [];
        Task reading = ReadAsync(pool.MapOrderedAsync(ThrowAtFive, Enumerable.Range(0, 20), chunkSize: 1), got);
        await s_threw.Task.Done();

        // Run by the worker of item 5, since the other one waits in item 4: the failure has been received.
        Assert.AreEqual(9, await pool.RunAsync(PoolTasks.Square, 3).Done());
        s_release.SetResult();
        WorkerFailedException failure = await Assert.ThrowsExactlyAsync<WorkerFailedException>(() => reading.Done());
        CollectionAssert.AreEqual((int[])[0, 1, 2, 3, 4], got);
        StringAssert.EndsWith(failure.Message, " failed in ThrowAtFive at item 5: System.FormatException: five");

        static async Task<int> ThrowAtFive(int x)
        {
            if (x == 4)
                await s_release.Task;
            if (x != 5)
                return x;
            s_threw.SetResult();
            throw new FormatException("five");
        }
    }

    [TestMethod]
    public async Task ForgottenEnumerator_KeepsNoPool()
    {
        var logger = new LogList();
        var pool = new WorkerPool(2, new WorkerPoolOptions { Logger = logger }, LocalWorker.StartAsync);
        await TakeThreeAsync(pool);
        pool.Complete();
        Task join = pool.JoinAsync();
        await Wait.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return join.IsCompleted;
        });
        await join.Done();
    }

    [TestMethod]
    public async Task Source_ThatThrowsAtTheCall_FailsThatCallOnly()
    {
        await using var pool = new WorkerPool(1, null, LocalWorker.StartAsync);
        await Assert.ThrowsExactlyAsync<FormatException>(() => pool.MapAsync(PoolTasks.Square, Broken()).Done());
        Assert.AreEqual(9, await pool.RunAsync(PoolTasks.Square, 3).Done());

        static IEnumerable<int> Broken()
        {
            yield return 1;
            throw new FormatException("the source");
        }
    }

    [TestMethod]
    public async Task Progress_ThatThrows_FailsThatCallOnly()
    {
        await using var pool = new WorkerPool(1, null, LocalWorker.StartAsync);
        await Assert.ThrowsExactlyAsync<FormatException>(
            () => pool.MapAsync(PoolTasks.Square, Enumerable.Range(0, 50), 5, new ThrowingProgress()).Done());
        await Assert.ThrowsExactlyAsync<FormatException>(
            () => ReadAsync(pool.MapOrderedAsync(PoolTasks.Square, Enumerable.Range(0, 50), 5, new ThrowingProgress()), []).Done());
        Assert.AreEqual(9, await pool.RunAsync(PoolTasks.Square, 3).Done());
    }

    [TestMethod]
    public async Task Progress_ThatBlocks_HoldsUpNoOtherCall()
    {
        await using var pool = new WorkerPool(2, null, LocalWorker.StartAsync);
        using var blocking = new BlockingProgress();
        Task<int[]> call = pool.MapAsync(PoolTasks.Square, [1], progress: blocking);
        await Wait.Until(() => blocking.HasBegun);
        Assert.AreEqual(9, await pool.RunAsync(PoolTasks.Square, 3).Done());
        blocking.Release();
        await call.Done();
    }

    private static async Task ReadAsync(IAsyncEnumerable<int> results, List<int> got)
    {
        await foreach (int result in results)
            got.Add(result);
    }

    private static async IAsyncEnumerable<int> FiveAsync()
    {
        for (int i = 0; i < 5; i++)
            yield return i;
        await Task.Yield();
        s_threw.SetResult();
        throw new FormatException("the source");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task TakeThreeAsync(WorkerPool pool)
    {
        IAsyncEnumerator<int> results = pool.MapOrderedAsync(PoolTasks.Square, Enumerable.Range(0, 1000)).GetAsyncEnumerator();
        for (int i = 0; i < 3; i++)
            Assert.IsTrue(await results.MoveNextAsync().Done());
    }

    private sealed class ThrowingProgress : IProgress<int>
    {
        public void Report(int value) => throw new FormatException("the receiver");
    }

    private sealed class BlockingProgress : IProgress<int>, IDisposable
    {
        private readonly ManualResetEventSlim _released = new();
        private volatile bool _hasBegun;

        public bool HasBegun => _hasBegun;

        public void Report(int value)
        {
            _hasBegun = true;
            _released.Done();
        }

        public void Release() => _released.Set();

        public void Dispose() => _released.Dispose();
    }
}
