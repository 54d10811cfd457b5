using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using CrossChannels;

namespace EndToEnd.Parts;

/// <summary>How many items a channel holds.</summary>
internal static class Capacity
{
    public const int Unbounded = 0;

    /// <summary>The same where that lets a channel in process be faster.</summary>
    public const int UnboundedSingle = -1;

    /// <summary>A bounded one whose options say that one writes and one reads.</summary>
    public static int Single(int capacity) => -capacity;

    public static string Describe(int capacity) => capacity switch
    {
        < UnboundedSingle => "bounded " + (-capacity).ToString("N0", CultureInfo.InvariantCulture) + ", single reader and writer",
        Unbounded => "unbounded",
        UnboundedSingle => "unbounded, single reader and writer",
        _ => "bounded " + capacity.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>What the reading end of a link is told.</summary>
    public static ChannelOptions Options(int capacity) => capacity switch
    {
        Unbounded => new UnboundedChannelOptions(),
        UnboundedSingle => new UnboundedChannelOptions { SingleReader = true, SingleWriter = true },
        < UnboundedSingle => new BoundedChannelOptions(-capacity) { SingleReader = true, SingleWriter = true },
        _ => new BoundedChannelOptions(capacity),
    };

    /// <summary>The channel in process with the same, default, options.</summary>
    public static Channel<T> Create<T>(int capacity) => Options(capacity) switch
    {
        UnboundedChannelOptions unbounded => Channel.CreateUnbounded<T>(unbounded),
        BoundedChannelOptions bounded => Channel.CreateBounded<T>(bounded),
        var other => throw new ArgumentException(other.ToString(), nameof(capacity)),
    };
}

/// <summary>The loops that write and read item by item: the same code on both sides of a pair.</summary>
internal static class ItemLoops
{
    /// <summary>Ends a round of numbers.</summary>
    public const long Last = -1;

    /// <summary>How often the clock is looked at where items are small.</summary>
    public const int SmallItemsPerLook = 256;

    private const int BytesPerLook = 8 << 20;

    /// <summary>How often the clock is looked at: as for small items, but at least once in 8 MiB.</summary>
    public static int ItemsPerLook(int bytes) => Math.Clamp(BytesPerLook / bytes, 1, SmallItemsPerLook);

    /// <summary>Writes for as long as a round lasts and waits until the last item has been read.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="item">What is written, again and again.</param>
    /// <param name="last">What is written last.</param>
    /// <param name="drained">Waits until the last item has been read.</param>
    /// <param name="duration">How long to write.</param>
    /// <param name="itemsPerLook">The clock is looked at once in so many items.</param>
    /// <returns>Items a second, from the first write until the last is read, and how many items.</returns>
    public static async Task<double[]> WriteAsync<T>(
        ChannelWriter<T> writer, T item, T last, Func<Task> drained, TimeSpan duration, int itemsPerLook = SmallItemsPerLook)
    {
        long started = Stopwatch.GetTimestamp();
        long end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long count = 1;
        while (Stopwatch.GetTimestamp() < end)
        {
            for (int i = 0; i < itemsPerLook; i++)
            {
                while (!writer.TryWrite(item))
                {
                    if (!await writer.WaitToWriteAsync())
                        throw new ChannelClosedException();
                }
            }
            count += itemsPerLook;
        }
        await writer.WriteAsync(last);
        await drained();
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }

    /// <summary>The same to a channel of the library, which says itself when all is read.</summary>
    public static Task<double[]> WriteAsync<T>(
        CrossChannelWriter<T> writer, T item, T last, TimeSpan duration, int itemsPerLook = SmallItemsPerLook) =>
        WriteAsync(writer, item, last, () => writer.JoinAsync().AsTask(), duration, itemsPerLook);

    /// <summary>Numbers to a channel of the library.</summary>
    public static Task<double[]> WriteAsync(CrossChannelWriter<long> writer, TimeSpan duration) => WriteAsync(writer, 1, Last, duration);

    /// <summary>The loop of <see cref="WriteAsync{T}(ChannelWriter{T}, T, T, Func{Task}, TimeSpan, int)"/> for what blocks.</summary>
    public static double[] Write<T>(
        Action<T> write, T item, T last, Action drained, TimeSpan duration, int itemsPerLook = SmallItemsPerLook)
    {
        long started = Stopwatch.GetTimestamp();
        long end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long count = 1;
        while (Stopwatch.GetTimestamp() < end)
        {
            for (int i = 0; i < itemsPerLook; i++)
                write(item);
            count += itemsPerLook;
        }
        write(last);
        drained();
        return [count / Stopwatch.GetElapsedTime(started).TotalSeconds, count];
    }

    /// <summary>Runs several rounds at once.</summary>
    /// <returns>Items a second of all together, and the figures of each.</returns>
    public static async Task<(double Rate, double[][] Figures)> TogetherAsync(IEnumerable<Func<Task<double[]>>> rounds)
    {
        long started = Stopwatch.GetTimestamp();
        double[][] figures = await Task.WhenAll(rounds.Select(static round => Task.Run(round)));
        return (figures.Sum(static one => one[^1]) / Stopwatch.GetElapsedTime(started).TotalSeconds, figures);
    }

    /// <summary>Reads numbers until the channel is over.</summary>
    public static async Task ReadAsync(ChannelReader<long> reader, Action? onLast = null)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out long item))
            {
                if (item == Last)
                    onLast?.Invoke();
            }
        }
    }

    /// <summary>Sends every number back.</summary>
    public static async Task EchoAsync(ChannelReader<long> reader, ChannelWriter<long> writer)
    {
        while (await reader.WaitToReadAsync())
            await writer.WriteAsync(await reader.ReadAsync());
    }
}

/// <summary>How the reader of a baseline in the same process tells its writer that a round's last item was read.</summary>
internal sealed class Drain
{
    private TaskCompletionSource _drained = New();

    /// <summary>Begins a round.</summary>
    public void Reset() => Volatile.Write(ref _drained, New());

    public Task WaitAsync() => _drained.Task;

    public void Signal() => Volatile.Read(ref _drained).SetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Measures round trips one by one; the same code on both sides of a pair.</summary>
internal sealed class RoundTrips
{
    private const int MaxKept = 1 << 20;

    private readonly long[] _ticks = new long[MaxKept];

    /// <summary>Goes back and forth for as long as a round lasts.</summary>
    /// <param name="trip">There and back.</param>
    /// <param name="duration">Of the round.</param>
    /// <param name="pauseMilliseconds">How long nothing happens before each trip; not part of its time.</param>
    /// <returns>The median and the 99th percentile in microseconds, and how many round trips.</returns>
    public async Task<double[]> RunAsync(Func<ValueTask> trip, TimeSpan duration, int pauseMilliseconds = 0)
    {
        long started = Stopwatch.GetTimestamp();
        long end = started + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        long before = started;
        int count = 0;
        while (before < end && count < MaxKept)
        {
            if (pauseMilliseconds > 0)
            {
                await Task.Delay(pauseMilliseconds);
                before = Stopwatch.GetTimestamp();
            }
            await trip();
            long now = Stopwatch.GetTimestamp();
            _ticks[count++] = now - before;
            before = now;
        }
        Array.Sort(_ticks, 0, count);
        return [Microseconds(_ticks[count / 2]), Microseconds(_ticks[(int)(count * 0.99)]), count];
    }

    /// <summary>One trip after the other, each with a connection of its own.</summary>
    /// <returns>The mean in microseconds, and how many.</returns>
    public static async Task<double[]> MeanAsync(Func<Task> trip, TimeSpan duration)
    {
        long started = Stopwatch.GetTimestamp();
        long count = 0;
        do
        {
            await trip();
            count++;
        }
        while (Stopwatch.GetElapsedTime(started) < duration);
        return [Stopwatch.GetElapsedTime(started).TotalMicroseconds / count, count];
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
