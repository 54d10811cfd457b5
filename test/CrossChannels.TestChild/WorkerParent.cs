using System.Globalization;
using CrossChannels.Workers;

namespace CrossChannels.TestChild;

/// <summary>A console program that starts workers.</summary>
internal static class WorkerParent
{
    /// <summary>What a worker that <c>Main</c> has to list may run.</summary>
    public static readonly Delegate[] Listed = [SayNumber, SpinAsync, Square];

    /// <summary>Starts workers that do nothing, some at a time, and says "some" each time; then what is left of them: pipes and sockets that are open more than before, processes.</summary>
    public static async Task<int> StartManyAsync(int count)
    {
        await StartSomeAsync();
        Console.WriteLine("some");
        int before = OpenFiles();
        for (int i = 0; i < count; i += SomeWorkers)
        {
            await StartSomeAsync();
            Console.WriteLine("some");
        }

        // Sockets of reports close a moment after their workers.
        long started = Environment.TickCount64;
        while (OpenFiles() > before && Environment.TickCount64 - started < MostWaitMilliseconds)
            await Task.Yield();
        Console.WriteLine($"{Math.Max(0, OpenFiles() - before)} {string.Join(',', Children())}");
        return 0;
    }

    /// <summary>Starts workers that never end by themselves, says their process ids, and waits for its own end.</summary>
    public static async Task<int> StartAndWaitAsync()
    {
        WorkerProcess spinning = await WorkerProcess.StartAsync(SpinAsync);
        WorkerProcess daemon = await WorkerProcess.StartAsync(WaitForever, new WorkerOptions { IsDaemon = true });
        Console.WriteLine($"{spinning.ProcessId} {daemon.ProcessId}");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }

    /// <summary>Returns from Main while a worker waits for a word, or while a daemon waits for ever.</summary>
    public static async Task<int> StartAndReturnAsync(string address)
    {
        WorkerProcess daemon = await WorkerProcess.StartAsync(WaitForever, new WorkerOptions { IsDaemon = true });
        WorkerProcess worker = await WorkerProcess.StartAsync(WaitForWordAsync, address);
        Console.WriteLine($"{worker.ProcessId} {daemon.ProcessId}");
        return 0;
    }

    /// <summary>Starts one worker, and says with what it ended; the program may be one without startup hooks.</summary>
    public static async Task<int> StartOneAsync(bool hasLine)
    {
        if (hasLine && WorkerProcess.IsWorker)
            return 1;
        try
        {
            await using WorkerProcess worker = await WorkerProcess.StartAsync(SayNumber, 7);
            Console.WriteLine(await worker.WaitForExitAsync());
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
        }
        return 0;
    }

    /// <summary>Maps in a pool; the program may be one without startup hooks.</summary>
    public static async Task<int> MapAsync(bool hasLine)
    {
        if (hasLine && WorkerProcess.IsWorker)
            return 1;
        try
        {
            await using var pool = new WorkerPool(1);
            Console.WriteLine(string.Join(' ', await pool.MapAsync(Square, Enumerable.Range(0, 5))));
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine(e.Message);
        }
        return 0;
    }

    private static int Square(int x) => x * x;

    private const int SomeWorkers = 10;
    private const int MostWaitMilliseconds = 10_000;

    private static async Task StartSomeAsync()
    {
        WorkerProcess[] workers = await Task.WhenAll(Enumerable.Range(0, SomeWorkers).Select(static i =>
            i == 0 ? WorkerProcess.StartAsync(Throw, new WorkerOptions { Error = TextWriter.Null }) : WorkerProcess.StartAsync(Nothing)));
        foreach (WorkerProcess worker in workers)
            await worker.WaitForExitAsync();
    }

    /// <summary>Pipes and sockets; the runtime opens assemblies when it needs them.</summary>
    private static int OpenFiles() => Directory.GetFiles("/proc/self/fd").Count(static file => new FileInfo(file).LinkTarget is { } target && !target.StartsWith('/'));

    private static IEnumerable<string> Children() =>
        Directory.GetDirectories("/proc/self/task").SelectMany(static task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static void SayNumber(int number) => Console.WriteLine(number.ToString(CultureInfo.InvariantCulture));

    private static void Nothing()
    {
    }

    private static void Throw() => throw new InvalidDataException("on purpose");

    private static void WaitForever() => Thread.Sleep(Timeout.Infinite);

    private static Task SpinAsync()
    {
        for (ulong i = 0; i < ulong.MaxValue; i++)
            GC.KeepAlive(null);
        return Task.CompletedTask;
    }

    private static async Task WaitForWordAsync(string address)
    {
        await using CrossChannelReader<string> words = await CrossChannel.OpenReaderAsync<string>(address);
        Console.WriteLine(await words.ReadAsync());
    }
}
