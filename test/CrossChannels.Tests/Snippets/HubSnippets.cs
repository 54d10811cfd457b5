using System.Threading.Channels;


namespace CrossChannels.Tests.Snippets;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

/// <summary>What README.md and docs/hub.md show of shared channels.</summary>
internal static class HubSnippets
{
    public static async Task OwnAsync()
    {
        // snippet: shared-owner
        // The owner. Its own ends are optional:
        await using SharedChannel<Job> jobs = await CrossChannel.CreateBoundedAsync<Job>("jobs", 1000);
        await foreach (Job job in jobs.Reader.ReadAllAsync())
            Console.WriteLine(job);
        // end
    }

    public static async Task WriteAsync()
    {
        // snippet: shared-writer
        // Any number of writers:
        await using CrossChannelWriter<Job> writer = await CrossChannel.OpenWriterAsync<Job>("jobs");
        await writer.WriteAsync(new Job(1, "hello"));
        writer.Complete();
        // end
    }

    public static async Task ReadAsync()
    {
        // snippet: shared-reader
        // Any number of readers. Each item goes to one of them:
        await using CrossChannelReader<Job> reader = await CrossChannel.OpenReaderAsync<Job>("jobs");
        await foreach (Job job in reader.ReadAllAsync())
            Console.WriteLine(job);
        // end
    }

    public static async Task SettingsAsync(Microsoft.Extensions.Logging.ILogger logger)
    {
        // snippet: hub-settings
        var link = new ConnectionOptions { Logger = logger, ConnectTimeout = TimeSpan.FromSeconds(2) };
        await using ChannelHub hub = await ChannelHub.StartAsync("build", new HubOptions { Connection = link });
        hub.Declare("parts", new BoundedChannelOptions(100), sharing: new() { Completion = CompletionPolicy.Owner });
        await using CrossChannelWriter<Job> writer = await CrossChannel.OpenWriterAsync<Job>("build#parts", connection: link);
        // end
    }

    public static async Task LeaseAsync(string address, Func<Job, Task> doAsync)
    {
        // snippet: leased-reader
        await using LeasedReader<Job> work = await CrossChannel.OpenLeasedReaderAsync<Job>(address);
        await foreach (Lease<Job> lease in work.ReadAllAsync())
        {
            using (lease)                    // left without Complete(), it goes back for another reader
            {
                await doAsync(lease.Item);
                lease.Complete();            // settled: it never comes again
            }
        }
        // end
    }

    public static async Task<List<Job>> OwnLeasedAsync(string address, IEnumerable<Job> jobs)
    {
        // snippet: leased-owner
        var leases = new LeaseOptions { MaxDeliveries = 5 };
        await using LeasedChannel<Job> work = await CrossChannel.CreateLeasedAsync<Job>(address, 1000, leases);
        foreach (Job job in jobs)
            await work.Writer.WriteAsync(job);
        work.Writer.Complete();
        await work.Writer.JoinAsync();       // every job is settled, or has failed five times

        var failed = new List<Job>();
        while (work.DeadLetters!.Reader.TryRead(out Job? job))
            failed.Add(job);
        // end
        return failed;
    }

    public static async Task StartAsync()
    {
        // snippet: hub-many
        await using ChannelHub hub = await ChannelHub.StartAsync("build");
        SharedChannel<Job> parts = hub.CreateBounded<Job>("parts", 100);         // build#parts
        SharedChannel<string> log = hub.CreateUnbounded<string>("log");          // build#log
        LeasedChannel<Job> work = hub.CreateLeased<Job>("work", 1000);          // build#work
        // end
        Console.WriteLine($"{parts.Address} {log.Address} {work.Address}");
    }

    public static async Task LockAsync(Func<long, CancellationToken, Task> storeAsync)
    {
        // snippet: lock
        await using CrossLock gate = await CrossChannel.OpenLockAsync("build#gate");
        await using (LockHold hold = await gate.AcquireAsync())
        {
            if (hold.WasAbandoned)
                Console.WriteLine("The last holder died at work: look at what it left.");
            await storeAsync(hold.FencingToken, hold.Lost);     // the store refuses tokens lower than the highest it has seen
        }
        // end
    }

    public static async Task StatusAsync()
    {
        // snippet: status
        ChannelStatus parts = await CrossChannel.GetChannelStatusAsync("build#parts");
        Console.WriteLine($"{parts.Depth} of {parts.Capacity} queued, {parts.InFlight} at {parts.Readers.Count} readers");
        // end
    }

    public static async Task LastWriterAsync()
    {
        // snippet: last-writer
        var threeWriters = new SharedChannelOptions { Completion = CompletionPolicy.LastWriter(expectedWriters: 3, arrivalTimeout: TimeSpan.FromMinutes(1)) };
        await using SharedChannel<Job> jobs = await CrossChannel.CreateBoundedAsync<Job>("jobs", 1000, threeWriters);
        try
        {
            await foreach (Job job in jobs.Reader.ReadAllAsync())
                Console.WriteLine(job);
        }
        catch (WritersLostException e)
        {
            Console.WriteLine($"Not all: {string.Join(", ", e.Lost)} were lost, {e.Missing} never came.");
        }
        // end
    }

    public static async Task ForwardAsync(LeasedReader<Request> requests, CrossChannelWriter<Reply> replies)
    {
        // snippet: result-before-settling
        await foreach (Lease<Request> lease in requests.ReadAllAsync())
        {
            await replies.WriteAsync(new Reply(lease.Item.Left + lease.Item.Right));
            await replies.FlushAsync();      // the hub has the result...
            lease.Complete();                // ...before it forgets the request
        }
        // end
    }
}
