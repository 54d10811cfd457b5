using CrossChannels.Workers;

namespace CrossChannels.Tests.Workers.Pool;

/// <summary>
/// Calls, failures, cancellations, dying workers, failing initializers, timeouts and termination in every order that a seed gives: each call ends in a way that
/// what happened explains, never more tasks run than there are workers, and the pool ends.
/// </summary>
[TestClass]
public sealed class PoolModelTests
{
    private static readonly int s_seeds = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 5000 : 150;

    private static int s_badStarts;

    [TestMethod]
    [DoNotParallelize]
    public async Task AnyOrderOfEvents_EndsEveryCall()
    {
        for (int seed = 0; seed < s_seeds; seed++)
            await RunAsync(seed).Done($"seed {seed}");
    }

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        int workers = random.Next(1, 5);
        var counted = new WorkCount();
        LocalWorker.Counted = counted;
        s_badStarts = random.Next(4) == 0 ? random.Next(1, 6) : 0;
        bool hasTimeout = random.Next(4) == 0;
        var options = new WorkerPoolOptions
        {
            MaxRetries = random.Next(3),
            MaxTasksPerWorker = random.Next(3) == 0 ? random.Next(1, 10) : null,
            TaskTimeout = hasTimeout ? TimeSpan.FromMilliseconds(30) : Timeout.InfiniteTimeSpan,
            CancelTimeout = TimeSpan.FromMilliseconds(random.Next(30)),
            Initializer = WorkerInitializer.Create(Start),
        };
        var pool = new WorkerPool(workers, options, LocalWorker.StartAsync);
        List<Task> calls = [];
        using var cancel = new CancellationTokenSource();
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            calls.Add(CallAsync(pool, random.Next(), hasTimeout, random.Next(3) == 0 ? cancel.Token : CancellationToken.None));
            for (int turns = random.Next(50); turns > 0; turns--)
                await Task.Yield();
            switch (random.Next(10))
            {
                case 0:
                    await cancel.CancelAsync();
                    break;
                case 1:
                    pool.Terminate();
                    break;
                case 2:
                    pool.Complete();
                    break;
            }
        }
        if (random.Next(3) == 0)
            pool.Terminate();
        await Task.WhenAll(calls);
        await pool.DisposeAsync();
        Assert.IsLessThanOrEqualTo(workers, counted.Most, $"seed {seed}");
    }

    private static async Task CallAsync(WorkerPool pool, int seed, bool hasTimeout, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        int[] items = [.. Enumerable.Range(0, random.Next(60)).Select(_ => Item(random, hasTimeout))];
        int[] expected = [.. items.Select(static item => item * 2)];
        try
        {
            int? chunkSize = random.Next(2) == 0 ? random.Next(1, 20) : null;
            List<int> results = [];
            switch (random.Next(3))
            {
                case 0:
                    results.AddRange(await pool.MapAsync(Work, items, chunkSize, cancellationToken: cancellationToken));
                    break;
                case 1:
                    await foreach (int result in pool.MapOrderedAsync(Work, items, chunkSize, cancellationToken: cancellationToken))
                        results.Add(result);
                    break;
                default:
                    await foreach (int result in pool.MapUnorderedAsync(Work, items, chunkSize, cancellationToken: cancellationToken))
                        results.Add(result);
                    results.Sort();
                    Array.Sort(expected);
                    break;
            }
            CollectionAssert.AreEqual(expected, results, $"call {seed}");
        }
        catch (WorkerFailedException e) when (e.RemoteType == "System.FormatException")
        {
            CollectionAssert.Contains(items.Select(static item => item % 1000).ToArray(), 1);
        }
        catch (TimeoutException)
        {
            Assert.IsTrue(hasTimeout);
        }
        catch (Exception e) when (e is WorkerLostException or OperationCanceledException or InvalidOperationException)
        {
            // It may always be that a worker died, that somebody canceled or ended the pool.
        }
    }

    /// <summary>Item % 1000: 1 throws, 2 dies, 3 waits for its token, 4 hangs where there is a timeout; others yield so often.</summary>
    private static int Item(Random random, bool hasTimeout)
    {
        int kind = random.Next(60);
        return (random.Next(1000) * 1000) + (kind < 5 ? random.Next(hasTimeout ? 1 : 3, hasTimeout ? 5 : 4) : kind == 5 ? 2 : kind == 6 ? 1 : 10 + random.Next(5));
    }

    private static void Start()
    {
        if (Interlocked.Decrement(ref s_badStarts) >= 0)
            throw new FormatException("no start");
    }

    private static async Task<int> Work(int item)
    {
        CancellationToken cancellationToken = WorkerProcess.Stopping;
        LocalWorker worker = LocalWorker.Current!;
        WorkCount counted = worker.Count;
        if (!counted.TryBegin(worker))
            await new TaskCompletionSource().Task;
        try
        {
            switch (item % 1000)
            {
                case 1:
                    throw new FormatException("bad");
                case 2:
                    worker.Die(9);
                    break;
                case 3:
                    await Task.Delay(20, cancellationToken);
                    break;
                case 4:
                    await new TaskCompletionSource().Task;
                    break;
                default:
                    for (int i = 10; i < item % 1000; i++)
                        await Task.Yield();
                    break;
            }
            return item * 2;
        }
        finally
        {
            counted.End(worker);
        }
    }
}
