using CrossChannels;
using CrossChannels.Multiplexing;

namespace NerdbankSample;

/// <summary>A hub, and a client of it whose leases, results and lock all go over one connection.</summary>
internal static class HubOverOneConnection
{
    public static async Task RunAsync()
    {
        // The hub takes connections of one link, as it always does, and of many.
        var options = new HubOptions { Protocols = [new MultiplexedHubProtocol()] };
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Unique("nerdbank"), options);
        LeasedChannel<string> work = hub.CreateLeased<string>("work", 10);
        SharedChannel<int> lengths = hub.CreateBounded<int>("lengths", 10);
        hub.CreateLock("console");

        Task client = WorkAsync(hub.Address);
        await work.Writer.WriteManyAsync(new[] { "one", "three", "eleven" });
        work.Writer.Complete();
        await work.Writer.JoinAsync();
        lengths.Writer.Complete();
        await foreach (int length in lengths.Reader.ReadAllAsync())
            Console.WriteLine(length);
        await client;
    }

    /// <summary>What would be another process, or another machine over TLS.</summary>
    private static async Task WorkAsync(ChannelAddress hub)
    {
        await using ChannelHubClient client = await ChannelHubClient.ConnectAsync(hub);
        await using CrossLock console = await client.OpenLockAsync("console");
        await using CrossChannelWriter<int> lengths = await client.OpenWriterAsync<int>("lengths");
        await using LeasedReader<string> work = await client.OpenLeasedReaderAsync<string>("work");
        await foreach (Lease<string> lease in work.ReadAllAsync())
        {
            using (lease)
            {
                await using (LockHold hold = await console.AcquireAsync())
                    Console.WriteLine($"working on {lease.Item}");
                await lengths.WriteAsync(lease.Item.Length);
                await lengths.FlushAsync();
                await lease.CompleteAsync();
            }
        }
    }
}
