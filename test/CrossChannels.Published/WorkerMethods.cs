using System.Threading.Channels;
using CrossChannels;
using CrossChannels.Workers;

namespace Published;

/// <summary>What runs in worker processes.</summary>
internal static class WorkerMethods
{
    private static string s_prefix = "";

    /// <summary>All of them, for <c>Main</c>.</summary>
    public static Delegate[] All { get; } =
    [
        Values, Fail, ReadAsync, WriteAsync, LeasedAsync, SharedAsync, LeasedChannelAsync, AnswerAsync, LockAsync, JobsAsync, LinesAsync, PrefixAsync,
        Square, Describe, DescribeAsync, Add, Midpoint,
    ];

    public static void Values(string text, int number, double real, DayOfWeek day) =>
        Environment.ExitCode = (text, number, real, day) == ("text", 7, 0.5, DayOfWeek.Friday) ? 0 : 3;

    public static void Fail() => throw new InvalidDataException("as asked");

    public static async Task ReadAsync(CrossChannelReader<int> numbers, ChannelWriter<long> sums)
    {
        long sum = 0;
        await foreach (int number in numbers.ReadAllAsync())
            sum += number;
        await sums.WriteAsync(sum);
        sums.Complete();
    }

    public static async Task WriteAsync(CrossChannelWriter<Job> jobs)
    {
        await jobs.WriteAsync(new Job(1, "by a worker", ["a", "b"]));
        jobs.Complete();
    }

    public static async Task LeasedAsync(LeasedReader<string> work, CrossChannelWriter<string> done)
    {
        await foreach (Lease<string> lease in work.ReadAllAsync())
        {
            await done.WriteAsync(lease.Item + " done");
            await lease.CompleteAsync();
        }
        done.Complete();
    }

    public static async Task SharedAsync(SharedChannel<int> channel)
    {
        int number = await channel.Reader.ReadAsync();
        await channel.Writer.WriteAsync(number + 1);
        await channel.Writer.FlushAsync();
    }

    public static async Task LeasedChannelAsync(LeasedChannel<int> channel)
    {
        using Lease<int> lease = await channel.Reader.ReadAsync();
        await channel.Writer.WriteAsync(lease.Item + 1);
        await channel.Writer.FlushAsync();
        await lease.CompleteAsync();
    }

    public static async Task AnswerAsync(DuplexChannel<string, int> requests)
    {
        await foreach (int number in requests.Reader.ReadAllAsync())
            await requests.Writer.WriteAsync($"<{number}>");
        requests.Writer.Complete();
    }

    public static async Task LockAsync(CrossLock gate)
    {
        await using LockHold hold = await gate.AcquireAsync();
        Environment.ExitCode = hold.FencingToken > 1 ? 0 : 3;
    }

    public static async Task JobsAsync(ChannelReader<Job> jobs, Job expected)
    {
        Job job = await jobs.ReadAsync();
        Environment.ExitCode = job.Note == expected.Note && job.Tags.SequenceEqual(expected.Tags) ? 0 : 3;
    }

    public static async Task LinesAsync(ChannelReader<Line> lines) =>
        Environment.ExitCode = (await lines.ReadAsync()).Text == "line" ? 0 : 3;

    /// <summary>Of a pool: its initializer.</summary>
    public static async Task PrefixAsync(string prefix)
    {
        await Task.Yield();
        s_prefix = prefix;
    }

    public static int Square(int number) => number * number;

    public static Job Describe(Job job) => job with { Note = $"{s_prefix}:{job.Note}", Tags = [.. job.Tags, "described"] };

    public static async Task<Job> DescribeAsync(Job job)
    {
        await Task.Delay(1, WorkerProcess.Stopping);
        return Describe(job);
    }

    public static long Add(int left, long right) => left + right;

    public static double Midpoint(double left, double right) => (left + right) / 2;
}
