using System.IO.MemoryMappedFiles;
using System.Threading.Channels;
using CrossChannels.Workers;

namespace CrossChannels.Tests.Snippets;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

/// <summary>Processes, pipes and locks, as docs/from-python.md shows them. Every region is compiled.</summary>
internal static class FromPythonProcessSnippets
{
    public static async Task PipeAsync()
    {
        // snippet: python-pipe
        (DuplexChannel<string, int> here, DuplexChannel<int, string> there) = CrossChannel.CreatePair<string, int>();
        await using WorkerProcess process = await WorkerProcess.StartAsync(ChildAsync, there);
        await here.Writer.WriteAsync("hello");
        Console.WriteLine(await here.Reader.ReadAsync());

        (DuplexChannel<NoItem, int> receiving, DuplexChannel<int, NoItem> sending) = CrossChannel.CreatePair<NoItem, int>();

        static async Task ChildAsync(DuplexChannel<int, string> pipe)
        {
            Console.WriteLine(await pipe.Reader.ReadAsync());
            await pipe.Writer.WriteAsync(42);
        }
        // end
        Console.WriteLine($"{receiving} {sending}");
    }

    public static async Task PollAsync(DuplexChannel<string, string> pipe)
    {
        // snippet: python-poll
        await pipe.Writer.WriteAsync("hello");
        try
        {
            if (await pipe.Reader.WaitToReadAsync(TimeSpan.FromSeconds(0.5)))
                Console.WriteLine(await pipe.Reader.ReadAsync());
            if (!await pipe.Reader.WaitToReadAsync())
                Console.WriteLine("the end");
        }
        catch (TimeoutException)
        {
            Console.WriteLine("nothing yet");
        }
        catch (CrossChannelException e)
        {
            Console.WriteLine(e.Kind);          // it left without completing, was killed, ...
        }
        pipe.Writer.Complete();
        await pipe.DisposeAsync();
        // end
    }

    public static async Task BytesAsync(DuplexChannel<byte[], byte[]> pipe)
    {
        // snippet: python-bytes
        await pipe.Writer.WriteAsync("0123456789"u8.ToArray());
        byte[] buffer = new byte[1024];
        int count = await pipe.Reader.ReadIntoAsync(buffer);
        // end
        Console.WriteLine(count);
    }

    public static async Task ProcessAsync()
    {
        // snippet: python-process
        await using WorkerProcess process = await WorkerProcess.StartAsync(Say, 7, new WorkerOptions { Name = "seven", IsDaemon = false });
        Console.WriteLine($"{process.ProcessId} {process.Name} {!process.HasExited}");
        WorkerExit exit = await process.TerminateAsync(TimeSpan.FromSeconds(5));    // asks, waits, then kills; or Kill()
        Console.WriteLine(exit.ExitCode);

        static void Say(int number) => Console.WriteLine(number);
        // end
    }

    public static async Task LambdaAsync()
    {
        // snippet: python-lambda
        int number = 7;
        try
        {
            await WorkerProcess.StartAsync(() => Console.WriteLine(number));
        }
        catch (ArgumentException e)
        {
            Console.WriteLine(e.Message);       // A lambda in Main uses 'number' of the method around it ...
        }

        await using WorkerProcess process = await WorkerProcess.StartAsync(static n => Console.WriteLine(n), number);
        // end
    }

    public static async Task PlainAsync(Func<ChannelWriter<string>, Task> work)
    {
        // snippet: python-plain
        Channel<string> items = Channel.CreateUnbounded<string>();
        try
        {
            await WorkerProcess.StartAsync(work, items.Writer);
        }
        catch (ArgumentException e)
        {
            Console.WriteLine(e.Message);       // is a channel of this process: make it with CrossChannel.CreateBoundedAsync ...
        }
        // end
    }

    public static async Task ThreadsAsync(ChannelWriter<int> queue)
    {
        // snippet: python-threads
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () => await queue.WriteAsync(i))));
        // end
    }

    public static async Task LockAsync()
    {
        // snippet: python-lock
        await using CrossLock gate = await CrossChannel.CreateLockAsync("gate");
        WorkerProcess[] workers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => WorkerProcess.StartAsync(WorkAsync, gate)));
        await WorkerProcess.WaitAllAsync(workers);

        static async Task WorkAsync(CrossLock gate)
        {
            await using (LockHold hold = await gate.AcquireAsync())
                Console.WriteLine(hold.WasAbandoned ? "mine, after one that died" : "mine");
            LockHold second = await gate.AcquireAsync(TimeSpan.FromSeconds(0.5));   // or TimeoutException
            await second.ReleaseAsync();                                            // twice: InvalidOperationException
        }
        // end
    }

    public static async Task ManagerAsync()
    {
        // snippet: python-manager
        await using ChannelHub hub = await ChannelHub.StartAsync("build");
        SharedChannel<string> queue = hub.CreateUnbounded<string>("parts");
        CrossLock gate = hub.CreateLock("gate");
        await using WorkerProcess process = await WorkerProcess.StartAsync(WorkAsync, queue.Writer, gate);
        Console.WriteLine(await queue.Reader.ReadAsync());

        static async Task WorkAsync(ChannelWriter<string> queue, CrossLock gate)
        {
            await using LockHold hold = await gate.AcquireAsync();
            await queue.WriteAsync("item");
        }
        // end
    }

    public static async Task AddressAsync(ChannelWriter<Dictionary<string, ChannelAddress>> errands, SharedChannel<string> replies)
    {
        // snippet: python-address
        await errands.WriteAsync(new Dictionary<string, ChannelAddress> { ["reply to"] = replies.Address });
        // end
    }

    public static async Task ArrayAsync(string path)
    {
        // snippet: python-array
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, 1024 * sizeof(int));
        await using (await WorkerProcess.StartAsync(Fill, path))
            Console.WriteLine("filling");
        using MemoryMappedViewAccessor numbers = file.CreateViewAccessor();
        Console.WriteLine(numbers.ReadInt32(10 * sizeof(int)));

        static void Fill(string path)
        {
            using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
            using MemoryMappedViewAccessor numbers = file.CreateViewAccessor();
            for (int i = 0; i < 1024; i++)
                numbers.Write(i * sizeof(int), i * i);
        }
        // end
    }
}
