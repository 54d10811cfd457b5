using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;

namespace CrossChannels.Tests.Snippets;

/// <summary>What README.md and docs show. Every region is compiled, and some are run.</summary>
internal static class ReadmeSnippets
{
    public static async Task InProcessAsync()
    {
        // snippet: in-process
        Channel<Job> jobs = Channel.CreateBounded<Job>(1000);

        // One task:
        ChannelWriter<Job> writer = jobs.Writer;
        await writer.WriteAsync(new Job(1, "hello"));
        writer.Complete();

        // Another task:
        ChannelReader<Job> reader = jobs.Reader;
        await foreach (Job job in reader.ReadAllAsync())
            Console.WriteLine(job);
        // end
    }

    public static async Task WriterAsync()
    {
        // snippet: across-writer
        // One process:
        await using CrossChannelWriter<Job> writer = await CrossChannel.ConnectWriterAsync<Job>("jobs");
        await writer.WriteAsync(new Job(1, "hello"));
        writer.Complete();
        // end
    }

    public static async Task ReaderAsync()
    {
        // snippet: across-reader
        // Another process:
        await using CrossChannelReader<Job> reader = await CrossChannel.AcceptReaderAsync<Job>("jobs");
        await foreach (Job job in reader.ReadAllAsync())
            Console.WriteLine(job);
        // end
    }

    public static async Task ServeAsync()
    {
        // snippet: duplex-listen
        await using var listener = await CrossChannel.ListenAsync<Reply, Request>("calc");
        await foreach (DuplexChannel<Reply, Request> client in listener.Accepted.ReadAllAsync())
            _ = ServeAsync(client);

        static async Task ServeAsync(DuplexChannel<Reply, Request> client)
        {
            await using (client)
            {
                await foreach (Request request in client.Reader.ReadAllAsync())
                    await client.Writer.WriteAsync(new Reply(request.Left + request.Right));
                client.Writer.Complete();
            }
        }
        // end
    }

    public static async Task AskAsync()
    {
        // snippet: duplex-connect
        await using DuplexChannel<Request, Reply> calc = await CrossChannel.ConnectAsync<Request, Reply>("calc");
        await calc.Writer.WriteAsync(new Request(2, 3));
        Reply reply = await calc.Reader.ReadAsync();
        calc.Writer.Complete();
        // end
        Console.WriteLine(reply);
    }

    public static async Task OneWayAsync()
    {
        // snippet: one-way
        await using CrossChannelReader<Job> jobs = await CrossChannel.AcceptReaderAsync<Job>("jobs", new BoundedChannelOptions(100));
        Job first = await jobs.ReadAsync();
        // end
        Console.WriteLine(first);
    }

    public static async Task OverPipeAsync(IDuplexPipe pipe)
    {
        // snippet: over-pipe
        await using DuplexChannel<Request, Reply> link = CrossChannel.Over<Request, Reply>(pipe);
        await link.Writer.WriteAsync(new Request(2, 3));
        Reply reply = await link.Reader.ReadAsync();
        // end
        Console.WriteLine(reply);
    }

    public static async Task OverStandardStreamsAsync()
    {
        // snippet: over-streams
        await using var parent = CrossChannel.Over<Reply, Request>(Console.OpenStandardInput(), Console.OpenStandardOutput());
        await foreach (Request request in parent.Reader.ReadAllAsync())
            await parent.Writer.WriteAsync(new Reply(request.Left + request.Right));
        parent.Writer.Complete();
        // end
    }

    public static async Task<Reply> PairAsync()
    {
        // snippet: pair
        var (client, server) = CrossChannel.CreatePair<Request, Reply>();
        await client.Writer.WriteAsync(new Request(2, 3));
        Request request = await server.Reader.ReadAsync();
        await server.Writer.WriteAsync(new Reply(request.Left + request.Right));
        Reply reply = await client.Reader.ReadAsync();
        // end
        await client.DisposeAsync();
        await server.DisposeAsync();
        return reply;
    }

    public static async Task<bool> TimeoutsAsync(ChannelWriter<Job> writer, ChannelReader<Job> reader)
    {
        // snippet: timeouts
        try
        {
            await writer.WriteAsync(new Job(1, "hello"), TimeSpan.FromSeconds(1));
            Job job = await reader.ReadAsync(TimeSpan.FromSeconds(1));
            bool isOpen = await reader.WaitToReadAsync(TimeSpan.FromSeconds(1));
        }
        catch (TimeoutException)
        {
            // A write that timed out never appears; a read that timed out took nothing.
        }
        // end
        return reader.TryRead(out _);
    }

    public static async Task<long> BatchesAsync(CrossChannelWriter<long> writer, CrossChannelReader<long> reader)
    {
        // snippet: batches
        long[] numbers = [1, 2, 3, 4, 5];
        await writer.WriteManyAsync(numbers);

        long[] buffer = new long[1024];
        int count = await reader.ReadManyAsync(buffer);
        long sum = buffer.Take(count).Sum();
        // end
        return sum;
    }

    public static async Task<long> LeaveAsync(CrossChannelWriter<Job> writer)
    {
        // snippet: leave
        await writer.WriteAsync(new Job(1, "hello"));   // accepted: by this end
        await writer.FlushAsync();                      // received: in the memory of the other process
        await writer.JoinAsync();                       // processed: taken by a reader
        writer.Complete();                              // the reader drains, then ends
        long unreceived = await writer.CloseAsync();    // 0 after a clean close
        // end
        return unreceived;
    }

    public static async Task TlsAsync(X509Certificate2 certificate, X509Certificate2Collection roots)
    {
        // snippet: tls
        var secure = new ConnectionOptions { Tls = new TlsOptions { Certificate = certificate, TrustedRoots = roots } };
        await using var jobs = await CrossChannel.ConnectWriterAsync<Job>("tls://build.example:5000", connection: secure);
        // end
    }

    public static async Task SourceGenerationAsync()
    {
        // snippet: json-aot
        var items = new ItemOptions<Job> { Serializer = ItemSerializer.Json(JobContext.Default.Job) };
        await using var jobs = await CrossChannel.ConnectWriterAsync("jobs", items);
        // end
    }

    public static async Task<Point> CustomSerializerAsync()
    {
        // snippet: use-custom-serializer
        var points = new ItemOptions<Point> { Serializer = new PointSerializer(), ContractName = "geometry.point" };
        var (writer, reader) = CrossChannel.CreatePipe(items: points);
        // end
        await writer.WriteAsync(new Point(1, -2));
        Point point = await reader.ReadAsync();
        await writer.DisposeAsync();
        return point;
    }

    public static async Task<int> PooledBytesAsync()
    {
        // snippet: pooled-bytes
        var (writer, reader) = CrossChannel.CreatePipe<byte[]>();
        await writer.WriteAsync([1, 2, 3]);                             // copied by the write

        byte[] buffer = new byte[64 * 1024];
        int length = await reader.ReadIntoAsync(buffer);                // an array of yours
        // end
        await writer.DisposeAsync();
        await reader.DisposeAsync();
        return length;
    }

    public static async Task<int> OwnedBytesAsync()
    {
        // snippet: owned-bytes
        // The end that writes has byte[] or ReadOnlyMemory<byte>; both are the same on the wire.
        Task<CrossChannelReader<IMemoryOwner<byte>>> accepting = CrossChannel.AcceptReaderAsync<IMemoryOwner<byte>>("mem:pictures");
        await using CrossChannelWriter<byte[]> writer = await CrossChannel.ConnectWriterAsync<byte[]>("mem:pictures");
        await using CrossChannelReader<IMemoryOwner<byte>> reader = await accepting;

        await writer.WriteAsync([1, 2, 3]);
        using IMemoryOwner<byte> item = await reader.ReadAsync();            // the link's memory, until it is disposed
        // end
        return item.Memory.Length;
    }
}
