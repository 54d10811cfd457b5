namespace CrossChannels.Tests.Injection;

/// <summary>Many callers at many ends of one channel: each writes, or reads, so many items and then leaves for good. Together they read what they write.</summary>
/// <param name="seed">Of what they do.</param>
/// <param name="make">Makes an item of a number.</param>
/// <param name="numberOf">The number of an item.</param>
/// <param name="mostAtAReader">How many callers share a reading end.</param>
internal sealed class Crowd<T>(int seed, Func<int, T> make, Func<T, int> numberOf, int mostAtAReader = 3)
{
    private const int MostAtOnce = 5;
    private const int MostAtAWriter = 3;

    private readonly Restlessness _plan = new(seed, keepsPlaces: false);
    private readonly Random _random = new(seed);
    private readonly Lock _sync = new();
    private readonly List<int> _read = [];
    private int _written;

    /// <summary>Runs until all is read; then the channel is empty.</summary>
    /// <param name="writers">Each is disposed when its callers have written their part, unless it is the owner's.</param>
    /// <param name="readers">Each is disposed when its callers have read their part, unless it is the owner's.</param>
    /// <param name="total">Items.</param>
    /// <param name="owner">Of the channel; null for a link.</param>
    public async Task RunAsync(IReadOnlyList<CrossChannelWriter<T>> writers, IReadOnlyList<CrossChannelReader<T>> readers, int total, SharedChannel<T>? owner = null)
    {
        Task[] ends =
        [
            .. Split(total, writers.Count).Zip(writers, (share, writer) => WriteAsync(writer, share, leaves: writer != owner?.Writer)),
            .. Split(total, readers.Count).Zip(readers, (share, reader) => ReadAsync(reader, share, leaves: reader != owner?.Reader)),
        ];
        try
        {
            await Task.WhenAll(ends).Done();
        }
        catch (AssertFailedException e)
        {
            throw new AssertFailedException($"By CROSSCHANNELS_SEED={seed}, {_written} items were written and {_read.Count} read: {e.Message}", e);
        }
        CollectionAssert.AreEqual(Enumerable.Range(0, total).ToList(), _read.Order().ToList());
    }

    private async Task WriteAsync(CrossChannelWriter<T> end, int share, bool leaves)
    {
        var writer = new RestlessWriter<T>(end, _plan);
        await Task.WhenAll(Callers(share, MostAtAWriter).Select(part => Task.Run(() => WriteAsync(writer, part.Count, part.Random))));
        if (leaves)
            await end.DisposeAsync();
    }

    private async Task ReadAsync(CrossChannelReader<T> end, int share, bool leaves)
    {
        var reader = new RestlessReader<T>(end, _plan);
        await Task.WhenAll(Callers(share, mostAtAReader).Select(part => Task.Run(() => ReadAsync(reader, part.Count, part.Random))));
        if (leaves)
            await end.DisposeAsync();
    }

    private async Task WriteAsync(RestlessWriter<T> writer, int count, Random random)
    {
        while (count > 0)
        {
            T[] items = Next(Math.Min(count, random.Next(1, MostAtOnce)));
            count -= items.Length;
            if (items.Length > 1)
            {
                await writer.WriteManyAsync(items);
            }
            else if (random.Next(2) == 0)
            {
                await writer.WriteAsync(items[0]);
            }
            else
            {
                while (!writer.TryWrite(items[0]))
                    Assert.IsTrue(await writer.WaitToWriteAsync());
            }
        }
    }

    private async Task ReadAsync(RestlessReader<T> reader, int count, Random random)
    {
        T[] items = new T[MostAtOnce];
        while (count > 0)
        {
            int read;
            switch (random.Next(3))
            {
                case 0:
                    read = await reader.ReadManyAsync(items.AsMemory(0, Math.Min(count, random.Next(1, MostAtOnce))));
                    break;
                case 1:
                    items[0] = await reader.ReadAsync();
                    read = 1;
                    break;
                default:
                    while (!reader.TryRead(out items[0]!))
                        Assert.IsTrue(await reader.WaitToReadAsync());
                    read = 1;
                    break;
            }
            count -= read;
            lock (_sync)
                _read.AddRange(items[..read].Select(numberOf));
        }
    }

    private T[] Next(int count)
    {
        lock (_sync)
        {
            T[] items = [.. Enumerable.Range(_written, count).Select(make)];
            _written += count;
            return items;
        }
    }

    private List<(int Count, Random Random)> Callers(int share, int most) =>
        [.. Split(share, _random.Next(1, most + 1)).Select(count => (count, new Random(_random.Next())))];

    private int[] Split(int total, int parts)
    {
        int[] split = new int[parts];
        for (int left = total; left > 0; left--)
            split[_random.Next(parts)]++;
        return split;
    }
}
