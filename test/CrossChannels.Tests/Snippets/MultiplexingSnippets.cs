using System.Net.WebSockets;
using CrossChannels.Multiplexing;
using Nerdbank.Streams;

namespace CrossChannels.Tests.Snippets;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

/// <summary>What docs/multiplexing.md shows.</summary>
internal static class MultiplexingSnippets
{
    public static async Task OfferAsync(Stream connection)
    {
        // snippet: multiplexing-offer
        // One side:
        await using MultiplexingStream multiplexer = await ChannelMultiplexer.CreateAsync(connection);
        await using CrossChannelWriter<Job> jobs = await multiplexer.OfferWriterAsync<Job>("jobs");
        await using DuplexChannel<Request, Reply> calc = await multiplexer.OfferAsync<Request, Reply>("calc");
        await jobs.WriteAsync(new Job(1, "hello"));
        jobs.Complete();
        // end
    }

    public static async Task AcceptAsync(Stream connection)
    {
        // snippet: multiplexing-accept
        // The other:
        await using MultiplexingStream multiplexer = await ChannelMultiplexer.CreateAsync(connection);
        await using CrossChannelReader<Job> jobs = await multiplexer.AcceptReaderAsync<Job>("jobs");
        await using DuplexChannel<Reply, Request> calc = await multiplexer.AcceptAsync<Reply, Request>("calc");
        await foreach (Job job in jobs.ReadAllAsync())
            Console.WriteLine(job);
        // end
    }

    public static async Task ServeAsync()
    {
        // snippet: multiplexing-hub
        // The hub takes connections of one link, as it always does, and of many:
        await using ChannelHub hub = await ChannelHub.StartAsync("build", new HubOptions { Protocols = [new MultiplexedHubProtocol()] });
        hub.CreateLeased<Job>("work", 1000);
        hub.CreateLock("gate");
        // end
    }

    public static async Task ConnectAsync()
    {
        // snippet: multiplexing-client
        await using ChannelHubClient client = await ChannelHubClient.ConnectAsync("build");     // or tls://host:5000
        await using LeasedReader<Job> work = await client.OpenLeasedReaderAsync<Job>("work");
        await using CrossChannelWriter<Job> more = await client.OpenWriterAsync<Job>("work");
        await using CrossLock gate = await client.OpenLockAsync("gate");
        HubStatus status = await client.GetStatusAsync();
        // end
        GC.KeepAlive(status);
    }

    public static async Task CallbackAsync(Func<ChannelAddress, CancellationToken, ValueTask<System.IO.Pipelines.IDuplexPipe>> connectThroughTunnelAsync)
    {
        // snippet: multiplexing-callback
        var connection = new ConnectionOptions { ConnectCallback = (address, cancellationToken) => connectThroughTunnelAsync(address, cancellationToken) };
        await using CrossChannelReader<Job> jobs = await CrossChannel.OpenReaderAsync<Job>("build#jobs", connection: connection);
        // end
    }

    public static async Task CreateAsync(Stream input, Stream output, WebSocket webSocket)
    {
        // snippet: multiplexing-create
        MultiplexingStream overPipes = await ChannelMultiplexer.CreateAsync(input, output);      // of a child process
        MultiplexingStream overWebSocket = await ChannelMultiplexer.CreateAsync(webSocket);
        // end
        await overPipes.DisposeAsync();
        await overWebSocket.DisposeAsync();
    }
}
