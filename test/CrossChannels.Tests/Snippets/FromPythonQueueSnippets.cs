using System.Threading.Channels;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Snippets;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

/// <summary>Queues, as docs/from-python.md shows them. Every region is compiled.</summary>
internal static class FromPythonQueueSnippets
{
    public static async Task QueueAsync()
    {
        // snippet: python-queue
        await using SharedChannel<int> queue = await CrossChannel.CreateBoundedAsync<int>("numbers", 100);
        await using WorkerProcess producer = await WorkerProcess.StartAsync(ProduceAsync, queue.Writer);
        await using WorkerProcess consumer = await WorkerProcess.StartAsync(ConsumeAsync, queue.Reader);

        static async Task ProduceAsync(ChannelWriter<int> queue)
        {
            for (int i = 0; i < 10; i++)
                await queue.WriteAsync(i);
            queue.Complete();
        }

        static async Task ConsumeAsync(ChannelReader<int> queue)
        {
            await foreach (int item in queue.ReadAllAsync())
                Console.WriteLine(item);
        }
        // end
    }

    public static async Task UnboundedAsync()
    {
        // snippet: python-unbounded
        await using SharedChannel<string> queue = await CrossChannel.CreateUnboundedAsync<string>(
            "log", sharing: new() { MaxQueuedBytes = 100_000_000 });
        // end
        Console.WriteLine(queue.Address);
    }

    public static async Task PutAsync(ChannelWriter<Job> queue, Job job, CancellationToken cancellationToken)
    {
        // snippet: python-put
        await queue.WriteAsync(job, cancellationToken);
        // end
    }

    public static async Task PutInTimeAsync(ChannelWriter<Job> queue, Job job)
    {
        // snippet: python-put-timeout
        try
        {
            await queue.WriteAsync(job, TimeSpan.FromSeconds(0.5));
        }
        catch (TimeoutException)
        {
            Console.WriteLine("no room");
        }
        // end
    }

    public static void PutNow(ChannelWriter<Job> queue, Job job)
    {
        // snippet: python-put-nowait
        if (!queue.TryWrite(job))
            Console.WriteLine("no room");
        // end
    }

    public static async Task GetAsync(ChannelReader<Job> queue)
    {
        // snippet: python-get
        Job job = await queue.ReadAsync();
        try
        {
            job = await queue.ReadAsync(TimeSpan.FromSeconds(0.5));
        }
        catch (TimeoutException)
        {
            Console.WriteLine("nothing");
        }
        if (!queue.TryRead(out Job? next))
            Console.WriteLine("nothing here now");
        // end
        Console.WriteLine($"{job} {next}");
    }

    public static async Task ExpectAsync()
    {
        // snippet: python-expected
        var threeWriters = new SharedChannelOptions { Completion = CompletionPolicy.LastWriter(expectedWriters: 3) };
        await using SharedChannel<Job> queue = await CrossChannel.CreateBoundedAsync<Job>("jobs", 100, threeWriters);
        try
        {
            await foreach (Job job in queue.Reader.ReadAllAsync())
                Console.WriteLine(job);
        }
        catch (WritersLostException e)
        {
            Console.WriteLine(e.Message);       // who died, and with which exit code if it was a worker of this process
        }
        // end
    }

    public static async Task ShowAsync(SharedChannel<Job> queue)
    {
        // snippet: python-size
        Console.WriteLine(queue.Reader.Count);
        ChannelStatus status = await CrossChannel.GetChannelStatusAsync(queue.Address);
        Console.WriteLine($"{status.Depth} of {status.Capacity}");
        // end
    }

    public static async Task CloseAsync(CrossChannelWriter<string> queue)
    {
        // snippet: python-close
        await queue.WriteAsync("item");
        queue.Complete();                       // there will be no more: readers drain, and end
        await queue.CloseAsync();               // this process leaves
        // end
    }

    public static async Task FlushAsync(CrossChannelWriter<string> queue)
    {
        // snippet: python-join-thread
        await queue.WriteAsync("item");
        await queue.FlushAsync();               // it is in the memory of the hub
        long left = await queue.CloseAsync(TimeSpan.FromSeconds(10));
        if (left > 0)
            Console.WriteLine($"up to {left} items were not received");
        // end
    }

    public static async Task DropAsync(CrossChannelWriter<string> queue)
    {
        // snippet: python-cancel-join
        await queue.WriteAsync("item");
        long dropped = await queue.CloseAsync(TimeSpan.Zero);
        // end
        Console.WriteLine(dropped);
    }

    public static async Task EatAsync(LeasedReader<string> dishes)
    {
        // snippet: python-task-done
        await foreach (Lease<string> dish in dishes.ReadAllAsync())
        {
            Console.WriteLine(dish.Item);
            dish.Complete();                    // or dishes.TaskDone(), which completes the oldest
        }
        // end
    }

    public static async Task CookAndEatAsync()
    {
        // snippet: python-join
        await using LeasedChannel<string> dishes = await CrossChannel.CreateLeasedAsync<string>("dishes", 100);
        await using WorkerProcess eater = await WorkerProcess.StartAsync(EatAsync, dishes.Reader, new WorkerOptions { IsDaemon = true });
        var cooks = new List<WorkerProcess>();
        for (int i = 0; i < 3; i++)
            cooks.Add(await WorkerProcess.StartAsync(CookAsync, dishes.Writer));
        foreach (WorkerProcess cook in cooks)
            await cook.WaitForExitAsync();
        await dishes.Writer.JoinAsync();

        static async Task CookAsync(ChannelWriter<string> dishes)
        {
            for (int i = 0; i < 10; i++)
                await dishes.WriteAsync($"dish {i}");
        }

        static async Task EatAsync(LeasedReader<string> dishes)
        {
            await foreach (Lease<string> dish in dishes.ReadAllAsync())
            {
                Console.WriteLine(dish.Item);
                dish.Complete();
            }
        }
        // end
    }
}
