using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>What calls of a pool of real processes return.</summary>
[TestClass]
public sealed class PoolCallTests
{
    private static WorkerPool s_pool = null!;

    public TestContext TestContext { get; set; } = null!;

    [ClassInitialize]
    public static void StartPool(TestContext context) => s_pool = new WorkerPool(2);

    [ClassCleanup]
    public static Task EndPool() => s_pool.DisposeAsync().Done();

    [TestMethod]
    public async Task MapAsync_ReturnsResultsInOrder()
    {
        int[] squares = await s_pool.MapAsync(PoolTasks.Square, Enumerable.Range(0, 1000)).Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, 1000).Select(static x => x * x).ToArray(), squares);
        CollectionAssert.AreEqual(squares, await s_pool.MapAsync(PoolTasks.SquareLater, Enumerable.Range(0, 1000), chunkSize: 16).Done());
    }

    [TestMethod]
    public async Task MapAsync_OfNothing_ReturnsNothing() => Assert.IsEmpty(await s_pool.MapAsync(PoolTasks.Square, Array.Empty<int>()).Done());

    [TestMethod]
    public async Task MapAsync_OfTuples_PassesSeveralArguments() =>
        CollectionAssert.AreEqual((int[])[6, 20], await s_pool.MapAsync(PoolTasks.Product, [(2, 3), (4, 5)]).Done());

    [TestMethod]
    public async Task MapAsync_OfRecordsAndText_Works()
    {
        CollectionAssert.AreEqual((Dish[])[new Dish("soup", 2)], await s_pool.MapAsync(PoolTasks.Cook, [new Dish("soup", 1)]).Done());
        CollectionAssert.AreEqual((string[])["hello a", "hello b"], await s_pool.MapAsync(PoolTasks.Greet, ["a", "b"]).Done());
    }

    [TestMethod]
    public async Task MapAsync_OfLambda_Works() => CollectionAssert.AreEqual((int[])[2, 3], await s_pool.MapAsync(static x => x + 1, [1, 2]).Done());

    [TestMethod]
    public async Task MapAsync_Progress_RisesToTheEnd()
    {
        var seen = new ProgressList();
        await s_pool.MapAsync(PoolTasks.Square, Enumerable.Range(0, 100), chunkSize: 3, progress: seen).Done();
        CollectionAssert.AreEqual(seen.All.Order().ToArray(), seen.All);
        Assert.AreEqual(100, seen.All[^1]);
    }

    [TestMethod]
    public async Task MapOrderedAsync_YieldsInOrder()
    {
        List<int> results = [];
        await foreach (int result in s_pool.MapOrderedAsync(PoolTasks.Square, Enumerable.Range(0, 200)))
            results.Add(result);
        CollectionAssert.AreEqual(Enumerable.Range(0, 200).Select(static x => x * x).ToArray(), results);
    }

    [TestMethod]
    public async Task MapUnorderedAsync_YieldsAll()
    {
        List<int> results = [];
        await foreach (int result in s_pool.MapUnorderedAsync(PoolTasks.SquareLater, Numbers(200), chunkSize: 7))
            results.Add(result);
        results.Sort();
        CollectionAssert.AreEqual(Enumerable.Range(0, 200).Select(static x => x * x).ToArray(), results);
    }

    [TestMethod]
    public async Task MapOrderedAsync_TakesNoMoreThanMaxInFlight()
    {
        await using var pool = new WorkerPool(2, new WorkerPoolOptions { MaxInFlight = 5 });
        int taken = 0;
        int received = 0;
        await foreach (int result in pool.MapOrderedAsync(PoolTasks.Square, Counted(100), chunkSize: 2))
        {
            received++;
            Assert.IsLessThanOrEqualTo(5 + received, Volatile.Read(ref taken));
        }
        Assert.AreEqual(100, received);

        IEnumerable<int> Counted(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Interlocked.Increment(ref taken);
                yield return i;
            }
        }
    }

    [TestMethod]
    public async Task MapOrderedAsync_LoopLeft_EndsTheCall()
    {
        await foreach (int result in s_pool.MapOrderedAsync(PoolTasks.Square, Endless()))
        {
            if (result > 100)
                break;
        }
        Assert.AreEqual(9, await s_pool.RunAsync(PoolTasks.Square, 3).Done());
    }

    [TestMethod]
    public async Task RunAsync_TakesAnyShape()
    {
        Assert.AreEqual(49, await s_pool.RunAsync(PoolTasks.Square, 7).Done());
        Assert.AreEqual(49, await s_pool.RunAsync(PoolTasks.SquareLater, 7).Done());
        Assert.AreEqual(12, await s_pool.RunAsync(PoolTasks.Product, 3, 4).Done());
        await s_pool.RunAsync(PoolTasks.Nothing).Done();
        await s_pool.RunAsync(PoolTasks.NothingLater).Done();
        Assert.AreNotEqual(Environment.ProcessId, await s_pool.RunAsync(PoolTasks.ProcessId).Done());
    }

    [TestMethod]
    public async Task RunAsync_MethodThrows_TellsTypeMessageAndStack()
    {
        WorkerFailedException failure = await Assert.ThrowsExactlyAsync<WorkerFailedException>(() => s_pool.RunAsync(PoolTasks.FailAt, 5, 5).Done());
        Assert.AreEqual("bad item 5", failure.RemoteMessage);
        Assert.AreEqual("System.FormatException", failure.RemoteType);
        StringAssert.StartsWith(failure.Message, "pool-worker-");
        StringAssert.EndsWith(failure.Message, " failed in PoolTasks.FailAt: System.FormatException: bad item 5");
        StringAssert.Contains(failure.RemoteStackTrace, nameof(PoolTasks.FailAt));
    }

    [TestMethod]
    public async Task MapAsync_OneItemThrows_FailsTheCallOnly()
    {
        WorkerFailedException failure = await Assert.ThrowsExactlyAsync<WorkerFailedException>(
            () => s_pool.MapAsync(PoolTasks.FailAtSeven, Enumerable.Range(0, 50), chunkSize: 4).Done());
        StringAssert.EndsWith(failure.Message, "failed in PoolTasks.FailAtSeven at item 7: System.FormatException: bad item 7");
        Assert.AreEqual(9, await s_pool.RunAsync(PoolTasks.Square, 3).Done());
    }

    [TestMethod]
    public async Task RunAsync_ResultCannotBeWritten_FailsItsTaskOnly()
    {
        WorkerFailedException failure = await Assert.ThrowsExactlyAsync<WorkerFailedException>(() => s_pool.RunAsync(PoolTasks.Unwritten, 1).Done());
        StringAssert.Contains(failure.Message, "cannot be written");
        Assert.AreEqual(9, await s_pool.RunAsync(PoolTasks.Square, 3).Done());
    }

    [TestMethod]
    public async Task RunAsync_ArgumentCannotBeWritten_FailsAtTheCall()
    {
        ArgumentException refused = await Assert.ThrowsExactlyAsync<ArgumentException>(() => s_pool.RunAsync(static (Unwritable x) => x.Number, new Unwritable(1)).Done());
        StringAssert.Contains(refused.Message, "cannot be written");
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => s_pool.MapAsync(static (Unwritable x) => x.Number, [new Unwritable(1)]).Done());
    }

    [TestMethod]
    public async Task RunAsync_LambdaThatCaptures_IsRefused()
    {
        int captured = TestContext.TestName!.Length;
        ArgumentException refused = await Assert.ThrowsExactlyAsync<ArgumentException>(() => s_pool.RunAsync(() => captured).Done());
        StringAssert.Contains(refused.Message, "A lambda in RunAsync_LambdaThatCaptures_IsRefused uses 'captured' of the method around it, which");
    }

    [TestMethod]
    public async Task RunAsync_EndsAsArguments_TalkOverAQueue()
    {
        await using SharedChannel<int> queue = await CrossChannel.CreateBoundedAsync<int>($"pool-{Guid.NewGuid():N}", 4);
        Task writing = s_pool.RunAsync(PoolTasks.Put, queue.Writer, 100);
        Assert.AreEqual(4950, await s_pool.RunAsync(PoolTasks.Sum, queue.Reader).Done());
        await writing.Done();
    }

    [TestMethod]
    public async Task RunAsync_PoolWithinAPool_Works() => Assert.AreEqual(36, await s_pool.RunAsync(PoolTasks.Nested, 6).Done());

    [TestMethod]
    public async Task RunAsync_ManyCallsAtOnce_AllReturn()
    {
        int[] results = await Task.WhenAll(Enumerable.Range(0, 300).Select(static x => s_pool.RunAsync(PoolTasks.Square, x))).Done();
        CollectionAssert.AreEqual(Enumerable.Range(0, 300).Select(static x => x * x).ToArray(), results);
    }

    private static IEnumerable<int> Endless()
    {
        for (int i = 0; ; i++)
            yield return i;
    }

    private static async IAsyncEnumerable<int> Numbers(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (i % 10 == 0)
                await Task.Yield();
            yield return i;
        }
    }
}
