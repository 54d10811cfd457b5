using System.Threading.Channels;

namespace CrossChannels.TestChild;

/// <summary>Reads numbered items of a shared channel in all the ways there are, and keeps a journal, until the end or its fate comes.</summary>
internal static class NumberedReaderCommand
{
    /// <summary>How many items it takes at once, which are lost with it between taking and writing down.</summary>
    public const int Batch = 4;

    public static async Task<int> RunAsync(string address, string kind, bool isLeased, int seed, Fate fate, string path)
    {
        using var journal = new Journal(path);
        var random = new Random(seed);
        return kind == "long"
            ? await RunAsync<long>(address, static item => item, isLeased, random, fate, journal)
            : await RunAsync<byte[]>(address, NumberedItem.ReadBytes, isLeased, random, fate, journal);
    }

    private static async Task<int> RunAsync<T>(string address, Func<T, long> idOf, bool isLeased, Random random, Fate fate, Journal journal)
    {
        if (isLeased)
        {
            LeasedReader<T> leased = await CrossChannel.OpenLeasedReaderAsync<T>(address);
            var desk = new LeaseDesk<T>(random, idOf, journal);
            return await ReadAllAsync(leased, desk.TakeAsync, desk.SettleAllAsync, random, fate);
        }
        CrossChannelReader<T> reader = await CrossChannel.OpenReaderAsync<T>(address);
        return await ReadAllAsync(
            reader,
            item =>
            {
                journal.Write('r', idOf(item), 1);
                return default;
            },
            static () => default,
            random,
            fate);
    }

    private static async Task<int> ReadAllAsync<TItem>(
        CrossChannelReader<TItem> reader, Func<TItem, ValueTask> take, Func<ValueTask> pause, Random random, Fate fate)
    {
        await TestChildProgram.SayAsync("open");
        await Console.In.ReadLineAsync();
        int slowness = random.Next(3) == 0 ? 20 : int.MaxValue;
        long count = 0;
        bool isLeaving = false;
        TItem[] batch = new TItem[Batch];
        try
        {
            while (!(isLeaving = await fate.PassAsync(count)))
            {
                int taken = 1;
                switch (random.Next(4))
                {
                    case 0:
                        taken = reader.TryReadMany(batch);
                        break;
                    case 1:
                        taken = reader.TryRead(out TItem? one) ? 1 : 0;
                        batch[0] = one!;
                        break;
                    case 2:
                        await pause();
                        taken = await reader.ReadManyAsync(batch);
                        break;
                    default:
                        await pause();
                        batch[0] = await reader.ReadAsync();
                        break;
                }
                for (int i = 0; i < taken; i++)
                    await take(batch[i]);
                count += taken;
                if (taken > 0 && random.Next(slowness) == 0)
                    await Task.Delay(1);
            }
        }
        catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
        {
            // The channel, or this end of it, is over.
        }
        Ending? ending = reader.Ending;
        if (ending is { Kind: not EndingKind.Completed })
            await Console.Error.WriteLineAsync(ending.Cause?.Message);
        if (!isLeaving || fate.What != "return")
            await reader.DisposeAsync();
        await TestChildProgram.SayAsync($"end {(isLeaving ? "left" : ending?.Kind)} {(ending?.Cause as RemoteChannelException)?.RemoteTypeName}");
        GC.KeepAlive(reader);
        return 0;
    }
}
