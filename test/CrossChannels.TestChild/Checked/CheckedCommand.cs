using CrossChannels.Nats;

namespace CrossChannels.TestChild.Checked;

/// <summary>A process of the checker: writes all three channels, or reads two of them, and uses the lock meanwhile.</summary>
internal static class CheckedCommand
{
    public static async Task<int> RunAsync(string role, string url, string space, int id, int seed, string path)
    {
        using var journal = new CheckJournal(path);
        using var stop = new CancellationTokenSource();
        Task watching = CheckedEnds.WatchAsync(journal, stop.Token);
        await using NatsChannels nats = await NatsChannels.ConnectAsync(url, CheckedEnds.OptionsOf(space));
        await using CrossLock gate = await nats.OpenLockAsync(CheckedEnds.Gate);
        Task work = role == "write" ? await StartWritingAsync(nats, id, seed, journal) : await StartReadingAsync(nats, seed, journal);
        await TestChildProgram.SayAsync("ready");
        Task locking = CheckedEnds.LockAsync(gate, new Random(seed), journal, work);
        await work;
        await locking;
        await stop.CancelAsync();
        await watching;
        await TestChildProgram.SayAsync("done");
        return 0;
    }

    private static async Task<Task> StartWritingAsync(NatsChannels nats, int id, int seed, CheckJournal journal)
    {
        List<Task> writing = [];
        foreach (string channel in (string[])[CheckedEnds.Leased, CheckedEnds.Plain, CheckedEnds.Lone])
        {
            var random = new Random(seed + writing.Count);
            CrossChannelWriter<long> writer = await nats.OpenWriterAsync<long>(channel);
            writing.Add(Task.Run(() => CheckedEnds.WriteAsync(writer, channel, id, random, journal)));
        }
        return Task.WhenAll(writing);
    }

    private static async Task<Task> StartReadingAsync(NatsChannels nats, int seed, CheckJournal journal)
    {
        LeasedReader<long> leases = await nats.OpenLeasedReaderAsync<long>(CheckedEnds.Leased);
        CrossChannelReader<long> items = await nats.OpenReaderAsync<long>(CheckedEnds.Plain);
        return Task.WhenAll(
            Task.Run(() => CheckedEnds.ReadLeasesAsync(leases, CheckedEnds.Leased, new Random(seed), journal)),
            Task.Run(() => CheckedEnds.ReadAsync(items, CheckedEnds.Plain, new Random(seed + 1), journal)));
    }
}
