using CrossChannels.Workers;

namespace CrossChannels.Tests.Snippets;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

/// <summary>Pools, as docs/from-python.md shows them. Every region is compiled.</summary>
internal static class FromPythonPoolSnippets
{
    public static async Task PoolAsync()
    {
        // snippet: python-pool
        await using var pool = new WorkerPool(5);
        int[] squares = await pool.MapAsync(Square, Enumerable.Range(0, 6));
        int[] sums = await pool.MapAsync(Add, [(1, 2), (3, 4)]);
        await foreach (int result in pool.MapOrderedAsync(Square, Enumerable.Range(0, 1000), chunkSize: 10))
            Console.WriteLine(result);
        await foreach (int result in pool.MapUnorderedAsync(Square, Enumerable.Range(0, 1000)))
            Console.WriteLine(result);
        Console.WriteLine(await pool.RunAsync(Add, 1, 2));

        Task<int[]> later = pool.MapAsync(Square, Enumerable.Range(0, 6));      // a task is the asynchronous result
        try
        {
            Console.WriteLine(string.Join(", ", await later));                  // and what stands behind await the callback
        }
        catch (WorkerFailedException e)
        {
            Console.WriteLine($"{e.RemoteType}: {e.RemoteMessage}");            // and this the error callback
        }

        static int Square(int x) => x * x;

        static int Add(int a, int b) => a + b;
        // end
        Console.WriteLine($"{squares.Length} {sums.Length}");
    }

    public static async Task MoreMapsAsync(WorkerPool pool, (int, int, int)[] boxes, int[] numbers)
    {
        // snippet: python-maps
        int[] volumes = await pool.MapAsync(static t => Volume(t.Item1, t.Item2, t.Item3), boxes);
        await foreach (int result in pool.MapUnorderedAsync(Square, numbers, chunkSize: 100))
            Console.WriteLine(result);
        // end
        Console.WriteLine(volumes.Length);
    }

    public static async Task TerminateAsync(int[] numbers)
    {
        // snippet: python-with
        await using var pool = new WorkerPool(5);
        try
        {
            Task<int[]> squares = pool.MapAsync(Square, numbers);
            Prepare();                          // may throw, while the tasks run
            Console.WriteLine((await squares).Length);
        }
        catch
        {
            pool.Terminate();
            throw;
        }
        // end
    }

    private static void Prepare()
    {
    }

    private static int Square(int x) => x * x;

    private static int Volume(int x, int y, int z) => x * y * z;

    public static async Task LostAsync(Func<string, int> convert, string[] files)
    {
        // snippet: python-lost
        await using var pool = new WorkerPool(5, new WorkerPoolOptions { MaxRetries = 2, TaskTimeout = TimeSpan.FromMinutes(1) });
        try
        {
            int[] sizes = await pool.MapAsync(convert, files);
            Console.WriteLine(sizes.Sum());
        }
        catch (WorkerLostException e)
        {
            Console.WriteLine(e.Exit);          // a worker died at one task for the third time; another has taken its place
        }
        // end
    }

    public static async Task ClosePoolAsync(Action<string> prepare, Func<int, int> work)
    {
        // snippet: python-close
        var settings = new WorkerPoolOptions
        {
            Initializer = WorkerInitializer.Create(prepare, "settings.json"),
            MaxTasksPerWorker = 100,
        };
        await using var pool = new WorkerPool(5, settings);
        Task<int[]> result = pool.MapAsync(work, Enumerable.Range(0, 1000), chunkSize: 10);
        pool.Complete();                        // no more tasks; or Terminate()
        await pool.JoinAsync();
        // end
        Console.WriteLine((await result).Length);
    }
}
