namespace CrossChannels.Tests.Injection;

/// <summary>Many callers at many ends of one channel: each writes, or reads, so many items and then leaves for good. Together they read what they write.</summary>
/// <param name="seed">Of what they do.</param>
/// <param name="make">Makes an item of a number.</param>
/// <param name="numberOf">The number of an item.</param>
/// <param name="mostAtAReader">How many callers share a reading end.</param>
/// <param name="writersStay">Writers leave only when all is read: what they had to send they have sent before.</param>
internal sealed class Crowd<T>(int seed, Func<int, T> make, Func<T, int> numberOf, int mostAtAReader = 3, bool writersStay = false)
{
    private const int MostAtOnce = 5;
    private const int MostAtAWriter = 3;

    private readonly Restlessness _plan = new(seed, keepsPlaces: false);
    private readonly Random _random = new(seed);
    private readonly Lock _sync = new();
    private readonly List<int> _read = [];
    private readonly TaskCompletionSource _isAllRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _busy = [];
    private int _written;
    private int _accepted;
    private int _total;

    /// <summary>Runs until all is read; then the channel is empty.</summary>
    /// <param name="writers">Each is disposed when its callers have written their part, unless it is the owner's.</param>
    /// <param name="readers">Each is disposed when its callers have read their part, unless it is the owner's.</param>
    /// <param name="total">Items.</param>
    /// <param name="owner">Of the channel; null for a link.</param>
    public async Task RunAsync(IReadOnlyList<CrossChannelWriter<T>> writers, IReadOnlyList<CrossChannelReader<T>> readers, int total, SharedChannel<T>? owner = null)
    {
        _total = total;
        Task[] ends =
        [
            .. Split(total, writers.Count).Zip(writers, (share, writer) => WriteAsync(writer, share, leaves: writer != owner?.Writer)),
            .. Split(total, readers.Count).Zip(readers, (share, reader) => ReadAsync(reader, share, leaves: reader != owner?.Reader)),
        ];
        Task all = Task.WhenAll(ends);
        for (string before = "", now; await Task.WhenAny(all, Task.Delay(Wait.Deadline)) != all; before = now)
        {
            now = ToString();
            Assert.AreNotEqual(before, now, "Nothing has moved since.");
        }
        await all;
        CollectionAssert.AreEqual(Enumerable.Range(0, total).ToList(), _read.Order().ToList());
    }

    /// <summary>How far it is, and what those do that are not done.</summary>
    public override string ToString()
    {
        lock (_sync)
            return $"CROSSCHANNELS_SEED={seed}: {_written} items begun, {_accepted} accepted, {_read.Count} read; {string.Join(", ", _busy.Order())}";
    }

    private async Task WriteAsync(CrossChannelWriter<T> end, int share, bool leaves)
    {
        var writer = new RestlessWriter<T>(end, _plan);
        await Task.WhenAll(Callers(share, MostAtAWriter).Select(part => Task.Run(() => WriteAsync(writer, part.Count, part.Random))));
        if (writersStay)
            await _isAllRead.Task;
        if (leaves)
            await DoAsync("a writer leaves", end.DisposeAsync());
    }

    private async Task ReadAsync(CrossChannelReader<T> end, int share, bool leaves)
    {
        var reader = new RestlessReader<T>(end, _plan);
        await Task.WhenAll(Callers(share, mostAtAReader).Select(part => Task.Run(() => ReadAsync(reader, part.Count, part.Random))));
        if (leaves)
            await DoAsync("a reader leaves", end.DisposeAsync());
    }

    private async Task WriteAsync(RestlessWriter<T> writer, int count, Random random)
    {
        while (count > 0)
        {
            T[] items = Next(Math.Min(count, random.Next(1, MostAtOnce)));
            count -= items.Length;
            if (items.Length > 1)
            {
                await DoAsync(nameof(writer.WriteManyAsync), writer.WriteManyAsync(items));
            }
            else if (random.Next(2) == 0)
            {
                await DoAsync(nameof(writer.WriteAsync), writer.WriteAsync(items[0]));
            }
            else
            {
                while (!writer.TryWrite(items[0]))
                    Assert.IsTrue(await DoAsync(nameof(writer.WaitToWriteAsync), writer.WaitToWriteAsync()));
            }
            lock (_sync)
                _accepted += items.Length;
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
                    read = await DoAsync(nameof(reader.ReadManyAsync), reader.ReadManyAsync(items.AsMemory(0, Math.Min(count, random.Next(1, MostAtOnce)))));
                    break;
                case 1:
                    items[0] = await DoAsync(nameof(reader.ReadAsync), reader.ReadAsync());
                    read = 1;
                    break;
                default:
                    while (!reader.TryRead(out items[0]!))
                        Assert.IsTrue(await DoAsync(nameof(reader.WaitToReadAsync), reader.WaitToReadAsync()));
                    read = 1;
                    break;
            }
            count -= read;
            lock (_sync)
            {
                _read.AddRange(items[..read].Select(numberOf));
                if (_read.Count == _total)
                    _isAllRead.SetResult();
            }
        }
    }

    private Task<bool> DoAsync(string what, ValueTask task)
    {
        return DoAsync(what, new ValueTask<bool>(EndAsync()));

        async Task<bool> EndAsync()
        {
            await task;
            return true;
        }
    }

    private async Task<TResult> DoAsync<TResult>(string what, ValueTask<TResult> task)
    {
        lock (_sync)
            _busy.Add(what);
        TResult result = await task;
        lock (_sync)
            _busy.Remove(what);
        return result;
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
