using System.Reflection;
using System.Threading.Channels;
using CrossChannels.Nats;

namespace CrossChannels.TestChild.Checked;

/// <summary>What the processes of the checker do with channels and a lock on a server, and write down.</summary>
internal static class CheckedEnds
{
    public const string Leased = "leased";
    public const string Plain = "plain";

    /// <summary>Read by a single reader, which lives.</summary>
    public const string Lone = "lone";
    public const string Gate = "gate";

    /// <summary>How long a process may not have run until it says so. Shorter than what separates the loss of a hold from the next one.</summary>
    private static readonly TimeSpan s_still = TimeSpan.FromMilliseconds(150);

    /// <summary>As short as the other times of <see cref="OptionsOf"/>.</summary>
    public static readonly TimeSpan LeaseTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Short, so that what is taken away, and passes on, does so within a run; and long enough for a machine that is busy.</summary>
    public static NatsOptions OptionsOf(string space) => new()
    {
        Space = space,
        LeaseTimeout = LeaseTimeout,
        PresenceTimeout = TimeSpan.FromSeconds(3),
        EndingTimeout = TimeSpan.FromSeconds(2),
        ConnectTimeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>Writes numbered items in all the ways there are, until the channel takes no more.</summary>
    public static async Task WriteAsync(CrossChannelWriter<long> writer, string channel, int id, Random random, CheckJournal journal)
    {
        long next = 0;
        try
        {
            while (true)
            {
                int count = random.Next(8) == 0 ? 1 + random.Next(12) : 1;
                journal.Write(CheckEvent.Writing, channel, NumberedItem.Id(id, next + count));
                if (count > 1)
                    await writer.WriteManyAsync((long[])[.. Enumerable.Range(0, count).Select(i => NumberedItem.Id(id, next + i))]);
                else if (random.Next(3) > 0)
                    await writer.WriteAsync(NumberedItem.Id(id, next));
                else if (!writer.TryWrite(NumberedItem.Id(id, next)))
                {
                    count = 0;
                    if (!await writer.WaitToWriteAsync())
                        return;
                }
                next += count;
                if (random.Next(20) == 0)
                {
                    await writer.FlushAsync();
                    journal.Write(CheckEvent.Flushed, channel, NumberedItem.Id(id, next));
                }
                if (random.Next(4) == 0)
                    await Task.Delay(random.Next(4));
            }
        }
        catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
        {
            // The channel is over.
        }
    }

    /// <summary>Reads leases to the end of their channel; gives some back, and settles the others.</summary>
    public static async Task ReadLeasesAsync(LeasedReader<long> reader, string channel, Random random, CheckJournal journal)
    {
        try
        {
            while (true)
            {
                long begun = CheckJournal.Now;
                Lease<long> lease = await reader.ReadAsync();
                long sequence = SequenceOf(lease);
                journal.Write(CheckEvent.Read, channel, lease.Item, sequence, lease.DeliveryCount, begun);
                if (random.Next(8) == 0)
                    await Task.Delay(random.Next(20));
                int how = random.Next(12);
                if (how == 0)
                {
                    lease.Abandon();
                    continue;
                }
                journal.Write(CheckEvent.Completing, channel, lease.Item, sequence);
                if (how < 6)
                {
#pragma warning disable VSTHRD103 // Without the server's word is what is tested.
                    lease.Complete();
#pragma warning restore VSTHRD103
                    continue;
                }
                await lease.CompleteAsync();
                journal.Write(CheckEvent.Settled, channel, lease.Item, sequence);
            }
        }
        catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
        {
            journal.Write(CheckEvent.Ended, channel, (long)reader.Ending!.Kind);
        }
    }

    /// <summary>Reads items to the end of their channel.</summary>
    public static async Task ReadAsync(CrossChannelReader<long> reader, string channel, Random random, CheckJournal journal)
    {
        try
        {
            while (true)
            {
                long begun = CheckJournal.Now;
                long item = await reader.ReadAsync();
                journal.Write(CheckEvent.Read, channel, item, begun: begun);
                if (random.Next(20) == 0)
                    await Task.Delay(random.Next(20));
            }
        }
        catch (Exception e) when (e is ChannelClosedException or CrossChannelException)
        {
            journal.Write(CheckEvent.Ended, channel, (long)reader.Ending!.Kind);
        }
    }

    /// <summary>Takes the lock and gives it back, again and again, and once more when nothing else is done.</summary>
    public static async Task LockAsync(CrossLock gate, Random random, CheckJournal journal, Task others)
    {
        bool isLast = false;
        while (!isLast)
        {
            isLast = others.IsCompleted;
            long begun = CheckJournal.Now;
            LockHold hold;
            try
            {
                hold = await gate.AcquireAsync();
            }
            catch (LinkTimeoutException)
            {
                // This process was silent for too long, and taken out of the line.
                isLast = false;
                continue;
            }
            long token = hold.FencingToken;
            journal.Write(CheckEvent.Acquired, Gate, token, begun: begun);
            using (hold.Lost.Register(() => journal.Write(CheckEvent.Lost, Gate, token)))
            {
                await Task.Delay(random.Next(10));
                journal.Write(CheckEvent.Released, Gate, token);
                try
                {
                    await hold.ReleaseAsync();
                }
                catch (Exception e) when (e is InvalidOperationException or CrossChannelException)
                {
                    // It was lost before.
                }
            }
            if (!isLast)
                await Task.Delay(random.Next(40));
        }
    }

    /// <summary>Writes down when this process did not run: stopped, or for want of a processor.</summary>
    public static async Task WatchAsync(CheckJournal journal, CancellationToken stop)
    {
        long last = CheckJournal.Now;
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(s_still / 5, CancellationToken.None);
            long now = CheckJournal.Now;
            if (System.Diagnostics.Stopwatch.GetElapsedTime(last, now) > s_still)
                journal.Write(CheckEvent.StoodStill, Gate, begun: last);
            last = now;
        }
    }

    /// <summary>Where the server has the item of a lease, which is no part of its surface.</summary>
    private static long SequenceOf(Lease<long> lease)
    {
        object tag = typeof(Lease<long>).GetField("_tag", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(lease)!;
        return (long)tag.GetType().GetProperty("Sequence")!.GetValue(tag)!;
    }
}
