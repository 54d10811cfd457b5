using System.Globalization;
using CrossChannels.Multiplexing;
using Nerdbank.Streams;

namespace CrossChannels.TestChild;

/// <summary>The other side of a multiplexed connection.</summary>
internal static class MultiplexCommands
{
    public const int BlobBytes = 1 << 20;

    /// <summary>Writes large items, each full of its number, to several channels at once, until it is killed.</summary>
    public static async Task<int> WriteBlobsAsync(string address, int channels)
    {
        MultiplexingStream multiplexer = await ChannelMultiplexer.ConnectAsync(address);
        Task[] writing = [.. Enumerable.Range(0, channels).Select(async i =>
        {
            CrossChannelWriter<byte[]> writer = await multiplexer.OfferWriterAsync<byte[]>($"blobs {i}");
            for (byte number = 0; ; number++)
            {
                byte[] blob = new byte[BlobBytes];
                blob.AsSpan().Fill(number);
                await writer.WriteAsync(blob);
            }
        })];
        await Task.WhenAll(writing);
        return 0;
    }

    /// <summary>Reads nothing of the channels that it accepts, and waits to be killed.</summary>
    public static async Task<int> AcceptAndWaitAsync(string address, int channels)
    {
        MultiplexingStream multiplexer = await ChannelMultiplexer.ConnectAsync(address);
        var readers = new List<CrossChannelReader<byte[]>>();
        for (int i = 0; i < channels; i++)
            readers.Add(await multiplexer.AcceptReaderAsync<byte[]>($"blobs {i}", new System.Threading.Channels.BoundedChannelOptions(2)));
        await TestChildProgram.SayAsync("ready");
        await TestChildProgram.WaitForTestAsync();
        GC.KeepAlive(readers);
        return 0;
    }

    /// <summary>Sends every number back, over its standard input and output.</summary>
    public static async Task<int> EchoOverPipesAsync()
    {
        await using MultiplexingStream multiplexer = await ChannelMultiplexer.CreateAsync(Console.OpenStandardInput(), Console.OpenStandardOutput());
        await using DuplexChannel<int, int> echo = await multiplexer.AcceptAsync<int, int>("echo");
        await foreach (int number in echo.Reader.ReadAllAsync())
            await echo.Writer.WriteAsync(number);
        echo.Writer.Complete();
        await echo.Writer.JoinAsync();
        return 0;
    }

    /// <summary>Takes a lease and a lock of a hub, and writes to a channel of it, all over one connection; then waits to be killed.</summary>
    public static async Task<int> UseHubAsync(string address)
    {
        ChannelHubClient client = await ChannelHubClient.ConnectAsync(address);
        CrossChannelWriter<int> numbers = await client.OpenWriterAsync<int>("numbers");
        LeasedReader<string> work = await client.OpenLeasedReaderAsync<string>("work");
        CrossLock gate = await client.OpenLockAsync("gate");
        for (int i = 0; i < 3; i++)
            await numbers.WriteAsync(i);
        await numbers.FlushAsync();
        Lease<string> lease = await work.ReadAsync();
        LockHold hold = await gate.AcquireAsync();
        await TestChildProgram.SayAsync(string.Create(CultureInfo.InvariantCulture, $"{lease.Item} {lease.DeliveryCount} {hold.FencingToken}"));
        await TestChildProgram.WaitForTestAsync();
        GC.KeepAlive(client);
        return 0;
    }

    /// <summary>Owns a hub that takes many links over one connection.</summary>
    public static async Task<int> OwnHubAsync(string address)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(address, new HubOptions { Protocols = [new MultiplexedHubProtocol()] });
        SharedChannel<int> numbers = hub.CreateBounded<int>("numbers", 10);
        hub.CreateLeased<string>("work", 10);
        hub.CreateLock("gate");
        await numbers.Writer.WriteAsync(1);
        await TestChildProgram.SayAsync("ready");
        await TestChildProgram.WaitForTestAsync();
        return 0;
    }
}
