using CrossChannels.Workers;

namespace CrossChannels.Tests.Snippets;

internal static class PoolSnippets
{
    public static async Task Use(IAsyncEnumerable<string> paths, CancellationToken cancellationToken)
    {
        // snippet: pool
        await using var pool = new WorkerPool(workers: 5);                    // default: as many as processors

        int[] squares = await pool.MapAsync(Square, Enumerable.Range(0, 1000), cancellationToken: cancellationToken);

        // Bounded: takes paths as results are taken.
        await foreach (long size in pool.MapUnorderedAsync(Measure, paths, cancellationToken: cancellationToken))
            Console.WriteLine(size);

        int product = await pool.RunAsync(Multiply, 6, 7, cancellationToken); // one call

        static int Square(int x) => x * x;
        static int Multiply(int x, int y) => x * y;
        static async Task<long> Measure(string path) => (await File.ReadAllBytesAsync(path, WorkerProcess.Stopping)).LongLength;
        // end
        Console.WriteLine(squares.Length + product);
    }

    public static async Task Tune()
    {
        // snippet: pool-settings
        var options = new WorkerPoolOptions
        {
            Initializer = WorkerInitializer.Create(Open, "model.bin"),
            MaxRetries = 2,                              // for tasks that may run twice
            TaskTimeout = TimeSpan.FromMinutes(1),
            MaxTasksPerWorker = 1000,
        };
        await using var pool = new WorkerPool(options: options);
        await pool.StartAsync();                         // now, not at the first call

        static void Open(string path) => Console.WriteLine($"process {Environment.ProcessId} opens {path}");
        // end
    }

    public static WorkerPoolOptions TuneWorkers(TextWriter errors)
    {
        // snippet: pool-workers
        var options = new WorkerPoolOptions
        {
            StartTimeout = TimeSpan.FromMinutes(5),          // the initializer loads much
            Worker = new WorkerOptions
            {
                Name = "resize",                             // resize-1, resize-2, ...
                Output = TextWriter.Null,                    // default: what they write goes where the parent's goes
                Error = errors,                              // from all of them: use TextWriter.Synchronized
                Environment = new Dictionary<string, string?> { ["DOTNET_gcServer"] = "0" },
            },
        };
        // end
        return options;
    }
}
