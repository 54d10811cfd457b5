using System.Threading.Channels;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Snippets;

/// <summary>The code of docs/workers.md.</summary>
internal static class WorkerSnippets
{
    public static async Task SquaresAsync()
    {
        // snippet: squares
        await using SharedChannel<int> numbers = await CrossChannel.CreateBoundedAsync<int>("numbers", 100);
        await using SharedChannel<long> squares = await CrossChannel.CreateBoundedAsync<long>("squares", 100);
        await using WorkerProcess worker = await WorkerProcess.StartAsync(SquareAsync, numbers.Reader, squares.Writer);

        for (int i = 1; i <= 3; i++)
            await numbers.Writer.WriteAsync(i);
        numbers.Writer.Complete();
        await foreach (long square in squares.Reader.ReadAllAsync())
            Console.WriteLine(square);
        (await worker.WaitForExitAsync()).EnsureSuccess();

        static async Task SquareAsync(ChannelReader<int> numbers, ChannelWriter<long> squares)
        {
            await foreach (int number in numbers.ReadAllAsync())
                await squares.WriteAsync((long)number * number);
            squares.Complete();
        }
        // end
    }

    public static async Task FailureAsync(string text)
    {
        // snippet: failure
        await using WorkerProcess worker = await WorkerProcess.StartAsync(Report, text, new WorkerOptions { Name = "report", Error = TextWriter.Null });
        WorkerExit exit = await worker.WaitForExitAsync();
        if (exit.Exception is { } e)
            Console.WriteLine($"{worker.Name}: {e.RemoteType}: {e.RemoteMessage}");
        // end
    }

    private static void Report(string text) => throw new InvalidDataException(text);

    public static async Task<int> RunListedAsync()
    {
        // snippet: listed
        if (WorkerProcess.IsWorker)
            return await WorkerProcess.RunAsync(SquareAsync, Report);

        await using WorkerProcess worker = await WorkerProcess.StartAsync(Report, "hello");
        return (await worker.WaitForExitAsync()).ExitCode;
        // end
    }

    private static Task SquareAsync(ChannelReader<int> numbers, ChannelWriter<long> squares) => Task.CompletedTask;

    public static async Task<int> RunPublishedAsync()
    {
        // snippet: published
        ItemSerializer.UseJson<JobContext>();                       // the metadata of all items, arguments and results that are JSON
        if (WorkerProcess.IsWorker)
            return await WorkerProcess.RunAsync(CompressAsync);     // all methods that run in workers
        // end
        return 0;
    }

    public static (ItemOptions<Job> Jobs, ItemOptions<Point> Points) NamedSerializers()
    {
        // snippet: named-serializers
        var jobs = new ItemOptions<Job>().UseJson<JobContext>();
        var points = new ItemOptions<Point> { ContractName = "geometry.point" }.UseSerializer<PointSerializer>();
        // end
        return (jobs, points);
    }

    private static Task CompressAsync(ChannelReader<Job> jobs) => Task.CompletedTask;
}
