using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Threading.Channels;
using Nerdbank.Streams;

namespace CrossChannels.Multiplexing.Tests;

/// <summary>A client of a hub whose ends all go over one connection.</summary>
[TestClass]
public sealed class HubClientTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task Client_OpensEveryKindOfEnd_OverOneConnection()
    {
        await using ChannelHub hub = await StartAsync();
        SharedChannel<int> numbers = hub.CreateBounded<int>("numbers", 4);
        LeasedChannel<string> work = hub.CreateLeased<string>("work", 4);
        hub.CreateLock("gate");
        await using ChannelHubClient client = await ChannelHubClient.ConnectAsync(hub.Address).Done();
        await using CrossChannelWriter<int> writer = await client.OpenWriterAsync<int>("numbers").Done();
        await using CrossChannelReader<int> reader = await client.OpenReaderAsync<int>("numbers").Done();
        await using LeasedReader<string> leases = await client.OpenLeasedReaderAsync<string>("work").Done();
        await using CrossLock gate = await client.OpenLockAsync("gate").Done();

        await writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        await work.Writer.WriteAsync("a").Done();
        Lease<string> lease = await leases.ReadAsync().Done();
        await lease.CompleteAsync().Done();
        await using (LockHold hold = await gate.AcquireAsync().Done())
            Assert.IsFalse(hold.WasAbandoned);
        HubStatus status = await client.GetStatusAsync().Done();
        ChannelStatus ofNumbers = status.Channels.Single(static channel => channel.Name == "numbers");
        Assert.IsTrue(ofNumbers.Readers.Concat(ofNumbers.Writers).Where(static peer => peer.Role != PeerRole.Owner).All(static peer => peer.ProcessId == Environment.ProcessId), "the kernel says who is at the other end of each link");
        if (OperatingSystem.IsLinux())
            Assert.AreEqual(1, CountConnections(), "connections to the hub");

        writer.Complete();
        await reader.Completion.Done();
        await numbers.Writer.JoinAsync().Done();
    }

    [TestMethod]
    public async Task Hub_TakesBothKindsAtOneAddress()
    {
        await using ChannelHub hub = await StartAsync();
        hub.CreateBounded<int>("numbers", 4);
        await using ChannelHubClient client = await ChannelHubClient.ConnectAsync(hub.Address).Done();
        await using CrossChannelWriter<int> single = await CrossChannel.OpenWriterAsync<int>(hub.Address.WithChannel("numbers")).Done();
        await using CrossChannelReader<int> one = await client.OpenReaderAsync<int>("numbers").Done();
        await single.WriteAsync(7).Done();
        Assert.AreEqual(7, await one.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Client_OfAHubThatTakesSingleLinksOnly_IsRefusedWithAdvice()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(NewAddress()).Done();
        LinkRefusedException refused = await ChannelHubClient.ConnectAsync(hub.Address).Fails<LinkRefusedException>();
        StringAssert.Contains(refused.Message, nameof(MultiplexedHubProtocol));
    }

    [TestMethod]
    public async Task Client_OfNoHub_TimesOut()
    {
        var options = new ConnectionOptions { ConnectTimeout = TimeSpan.FromMilliseconds(50) };
        await ChannelHubClient.ConnectAsync(NewAddress(), options).Fails<LinkTimeoutException>();
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => ChannelHubClient.ConnectAsync(NewAddress().WithChannel("a")));
    }

    [TestMethod]
    public async Task Client_OfWhatIsNotThere_HearsWhatTheHubHas()
    {
        await using ChannelHub hub = await StartAsync();
        hub.CreateBounded<int>("numbers", 4);
        await using ChannelHubClient client = await ChannelHubClient.ConnectAsync(hub.Address).Done();
        StringAssert.Contains((await client.OpenReaderAsync<int>("letters").Fails<LinkRefusedException>()).Message, "'numbers'");
        await client.OpenReaderAsync<string>("numbers").Fails<LinkRefusedException>();
        await using CrossChannelReader<int> reader = await client.OpenReaderAsync<int>("numbers").Done();
    }

    [TestMethod]
    public async Task Client_WithMoreLinksThanAConnectionMayCarry_IsRefusedTheNext()
    {
        await using ChannelHub hub = await StartAsync(new MultiplexedHubProtocol { MaxLinksPerConnection = 2 });
        hub.CreateBounded<int>("numbers", 4);
        await using ChannelHubClient client = await ChannelHubClient.ConnectAsync(hub.Address).Done();
        CrossChannelReader<int> first = await client.OpenReaderAsync<int>("numbers").Done();
        await using CrossChannelReader<int> second = await client.OpenReaderAsync<int>("numbers").Done();
        LinkRefusedException refused = await client.OpenReaderAsync<int>("numbers").Fails<LinkRefusedException>();
        StringAssert.Contains(refused.Message, nameof(MultiplexedHubProtocol.MaxLinksPerConnection));
        await first.DisposeAsync().Done();
        // The hub forgets a link a moment after both ends have closed it.
        CrossChannelReader<int>? third = null;
        while (third is null)
        {
            try
            {
                third = await client.OpenReaderAsync<int>("numbers").Done();
            }
            catch (LinkRefusedException)
            {
                await Task.Yield();
            }
        }
        await third.DisposeAsync().Done();
    }

    [TestMethod]
    public async Task Keys_AreAskedOfEachLink()
    {
        byte[] key = [1, 2, 3];
        await using ChannelHub hub = await StartAsync(connection: new ConnectionOptions { RequiredKeyToWrite = key });
        hub.CreateBounded<int>("numbers", 4);
        await using ChannelHubClient stranger = await ChannelHubClient.ConnectAsync(hub.Address).Done();
        await stranger.OpenWriterAsync<int>("numbers").Fails<LinkRefusedException>();
        await using CrossChannelReader<int> reader = await stranger.OpenReaderAsync<int>("numbers").Done();
        await using ChannelHubClient friend = await ChannelHubClient.ConnectAsync(hub.Address, new ConnectionOptions { Key = key }).Done();
        await using CrossChannelWriter<int> writer = await friend.OpenWriterAsync<int>("numbers").Done();
    }

    [TestMethod]
    public async Task Client_Disposed_EndsItsEndsAsLostAndOpensNoMore()
    {
        await using ChannelHub hub = await StartAsync();
        hub.CreateBounded<int>("numbers", 4);
        ChannelHubClient client = await ChannelHubClient.ConnectAsync(hub.Address).Done();
        CrossChannelReader<int> reader = await client.OpenReaderAsync<int>("numbers").Done();
        await client.DisposeAsync().Done();
        await reader.Completion.Fails<ConnectionLostException>();
        await client.OpenReaderAsync<int>("numbers").Fails<ConnectionLostException>();
        await reader.DisposeAsync().Done();
    }

    [TestMethod]
    public async Task Hub_ShutDown_LetsReadersDrainOverTheConnection()
    {
        await using ChannelHub hub = await StartAsync();
        SharedChannel<int> numbers = hub.CreateBounded<int>("numbers", 100);
        await using ChannelHubClient client = await ChannelHubClient.ConnectAsync(hub.Address).Done();
        await using CrossChannelReader<int> reader = await client.OpenReaderAsync<int>("numbers").Done();
        for (int i = 0; i < 100; i++)
            await numbers.Writer.WriteAsync(i).Done();
        Task<long> shutting = hub.ShutDownAsync(TimeSpan.FromSeconds(20));
        for (int i = 0; i < 100; i++)
            Assert.AreEqual(i, await reader.ReadAsync().Done());
        await reader.Completion.Fails<OwnerLeftException>();
        Assert.AreEqual(0, await shutting.Done());
        await client.OpenReaderAsync<int>("numbers").Fails<CrossChannelException>();
        await Task.WhenAny(client.Completion).Done("the hub to close the connection");
    }

    /// <summary>A slow reader of one channel holds neither the other channels nor the lock of the same connection.</summary>
    [TestMethod]
    public async Task OneReader_ReadsNothing_TheOthersOfTheConnectionGoOn()
    {
        await using ChannelHub hub = await StartAsync();
        hub.CreateBounded<byte[]>("slow", 64);
        hub.CreateBounded<int>("quick", 4);
        hub.CreateLock("gate");
        await using ChannelHubClient client = await ChannelHubClient.ConnectAsync(hub.Address).Done();
        await using CrossChannelWriter<byte[]> stalled = await client.OpenWriterAsync<byte[]>("slow").Done();
        await using CrossChannelReader<byte[]> slow = await client.OpenReaderAsync<byte[]>("slow").Done();
        Assert.IsFalse(slow.TryRead(out _), "it asks, and then reads nothing");
        Task filling = FillAsync(stalled);
        await using CrossChannelWriter<int> writer = await client.OpenWriterAsync<int>("quick").Done();
        await using CrossChannelReader<int> reader = await client.OpenReaderAsync<int>("quick").Done();
        await using CrossLock gate = await client.OpenLockAsync("gate").Done();
        for (int i = 0; i < 200; i++)
        {
            await writer.WriteAsync(i).Done();
            Assert.AreEqual(i, await reader.ReadAsync().Done());
            await using LockHold hold = await gate.AcquireAsync().Done();
        }
        Assert.IsFalse(filling.IsCompleted);
        await slow.DisposeAsync().Done();
        await stalled.CloseAsync(TimeSpan.Zero).Done();
        await filling.Fails<ChannelClosedException>();
    }

    /// <summary>A hub that something else listens for: each connection is given to it, whatever it carries.</summary>
    [TestMethod]
    public async Task Hub_ServesAWebSocketThatSomebodyElseAccepted()
    {
        await using ChannelHub hub = await StartAsync();
        hub.CreateBounded<int>("numbers", 4);
        (WebSocket server, WebSocket socket) = await Connections.WebSocketsAsync();
        var stream = WebSocketStream.Create(server, WebSocketMessageType.Binary, TimeSpan.FromSeconds(1));
        Task serving = hub.ServeAsync(new Pipes(PipeReader.Create(stream), PipeWriter.Create(stream)), "a web client");
        ChannelHubClient client = await ChannelHubClient.OverAsync(socket, hub.Address).Done();
        CrossChannelWriter<int> writer = await client.OpenWriterAsync<int>("numbers").Done();
        await using CrossChannelReader<int> reader = await client.OpenReaderAsync<int>("numbers").Done();
        await writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await reader.ReadAsync().Done());
        HubStatus status = await client.GetStatusAsync().Done();
        Assert.AreEqual("a web client", status.Channels.Single().Readers.Single().Endpoint);
        await writer.DisposeAsync().Done();
        await client.DisposeAsync().Done();
        await serving.Done();
    }

    [TestMethod]
    public async Task ConnectCallback_ThatFails_IsTriedAgainUntilItConnects()
    {
        await using ChannelHub hub = await StartAsync();
        hub.CreateBounded<int>("numbers", 4);
        await using ChannelHubClient client = await ChannelHubClient.ConnectAsync(hub.Address).Done();
        int attempts = 0;
        var options = new ConnectionOptions
        {
            ConnectCallback = (address, token) => ++attempts < 3 ? throw new IOException("not yet") : client.Connection.ConnectCallback!(address, token),
        };
        await using CrossChannelReader<int> reader = await CrossChannel.OpenReaderAsync<int>(hub.Address.WithChannel("numbers"), connection: options).Done();
        Assert.AreEqual(3, attempts);
        var hopeless = new ConnectionOptions { ConnectTimeout = TimeSpan.FromMilliseconds(50), ConnectCallback = static (_, _) => throw new IOException("the tunnel is closed") };
        LinkTimeoutException late = await CrossChannel.OpenReaderAsync<int>(hub.Address.WithChannel("numbers"), connection: hopeless).Fails<LinkTimeoutException>();
        StringAssert.Contains(late.Message, "the tunnel is closed");
    }

    [TestMethod]
    public async Task Multiplexers_AtAnAddress_FindEachOther()
    {
        ChannelAddress address = NewAddress();
        Task<MultiplexingStream> accepting = ChannelMultiplexer.AcceptAsync(address);
        Task<MultiplexingStream> connecting = ChannelMultiplexer.ConnectAsync(address);
        await using Multiplexers ends = await Multiplexers.OverAsync(accepting, connecting);
        (DuplexChannel<int, NoItem> offered, DuplexChannel<NoItem, int> accepted) = await ends.OpenAsync<int, NoItem>("a");
        await offered.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await accepted.Reader.ReadAsync().Done());
        await Task.WhenAll(offered.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask()).Done();
    }

    [TestMethod]
    public void Protocols_ThatBeginAlike_AreRefused()
    {
        Assert.ThrowsExactly<ArgumentException>(static () => new HubOptions { Protocols = [new MultiplexedHubProtocol(), new MultiplexedHubProtocol()] });
        Assert.ThrowsExactly<ArgumentException>(static () => new MultiplexedHubProtocol(new MultiplexerOptions { ProtocolVersion = 2 }));
    }

    private static async Task FillAsync(CrossChannelWriter<byte[]> writer)
    {
        while (true)
            await writer.WriteAsync(new byte[64 << 10]);
    }

    private ChannelAddress NewAddress() => ChannelAddress.Unix(_directory[$"{Guid.NewGuid():N}"]);

    private Task<ChannelHub> StartAsync(MultiplexedHubProtocol? protocol = null, ConnectionOptions? connection = null) =>
        ChannelHub.StartAsync(NewAddress(), new HubOptions { Protocols = [protocol ?? new()], Connection = connection ?? new() }).Done();

    /// <summary>The connected sockets that the hub accepted, which have its path.</summary>
    private int CountConnections() =>
        File.ReadLines("/proc/net/unix").Count(line => line.Contains(_directory.Path, StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[5] == "03");

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
