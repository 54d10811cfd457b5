using System.Text;
using CrossChannels.Protocol;

namespace CrossChannels.Tests.Faults;

/// <summary>Peers that greet badly, slowly, or not at all.</summary>
[TestClass]
public sealed class GreetingTests
{
    [TestMethod]
    public async Task Greeting_OneByteASecond_ClosedAtTheDeadline()
    {
        var clock = new ManualTimeProvider();
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync(
            new() { Connection = new() { TimeProvider = clock, GreetingTimeout = TimeSpan.FromSeconds(10) } });
        await using RawPeer raw = await listener.ConnectAsync();
        (Preamble _, Hello? _) = await raw.ReadGreetingAsync();
        byte[] greeting = Wire.Greeting<long, NoItem>();
        for (int second = 0; second < 10; second++)
        {
            await raw.TrySendAsync([greeting[second]]);
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        RawPeer.Frame frame = await raw.ReadFrameAsync();
        Assert.AreEqual(FrameType.Abort, frame.Type);
        ReasonFrame reason = ReasonFrame.Read(frame.Body, frame.Type);
        Assert.AreEqual(ReasonCode.TimedOut, reason.Code);
        StringAssert.Contains(reason.Text, "did not greet within GreetingTimeout, 10 s");
        clock.Advance(TimeSpan.FromSeconds(2));
        await raw.WaitForEndAsync();
    }

    [TestMethod]
    public async Task Connect_PeerGreetsNever_ThrowsAtTheDeadline()
    {
        using var directory = new TempDirectory();
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, default);
        ChannelAddress address = ChannelAddress.Unix(directory["x.sock"]);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(address.Path!));
        socket.Listen();
        var e = await CrossChannel.ConnectAsync<long, NoItem>(address, new() { Connection = new() { GreetingTimeout = TimeSpan.FromMilliseconds(50), ConnectTimeout = TimeSpan.FromMilliseconds(100) } })
            .Fails<LinkTimeoutException>("a client waits for a greeting");
        StringAssert.Contains(e.Message, address.Path!);
    }

    [TestMethod]
    public async Task Greeting_FloodOfSilentConnections_HonestPeerGetsInAndOpenLinksLive()
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync(
            new() { Connection = new() { MaxPendingGreetings = 4, GreetingTimeout = TimeSpan.FromMilliseconds(200) } });
        DuplexChannel<long, NoItem> open = await CrossChannel.ConnectAsync<long, NoItem>(listener.Address).Done("the first peer waits to connect");
        DuplexChannel<NoItem, long> openHere = await listener.AcceptAsync();
        var flood = new List<RawPeer>();
        for (int i = 0; i < 16; i++)
            flood.Add(await listener.ConnectAsync());

        DuplexChannel<long, NoItem> honest = await CrossChannel.ConnectAsync<long, NoItem>(listener.Address).Done("an honest peer waits behind a flood");
        DuplexChannel<NoItem, long> honestHere = await listener.AcceptAsync();
        foreach ((DuplexChannel<long, NoItem> there, DuplexChannel<NoItem, long> here) in new[] { (open, openHere), (honest, honestHere) })
        {
            await there.Writer.WriteAsync(5).Done("a peer waits to write");
            there.Writer.Complete();
            Assert.AreEqual(5, await here.Reader.ReadAsync().Done("a reader waits for the peer's item"));
            await there.DisposeAsync().Done("a peer waits to close");
            await here.DisposeAsync().Done("the listener's end waits to close");
        }
        foreach (RawPeer raw in flood)
        {
            await raw.WaitForEndAsync();
            await raw.DisposeAsync();
        }
    }

    [TestMethod]
    public async Task Listener_MaxLinksAreOpen_NextGetsInWhenOneCloses()
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync(new() { Connection = new() { MaxLinks = 2 } });
        DuplexChannel<long, NoItem> first = await CrossChannel.ConnectAsync<long, NoItem>(listener.Address).Done("the first waits to connect");
        DuplexChannel<long, NoItem> second = await CrossChannel.ConnectAsync<long, NoItem>(listener.Address).Done("the second waits to connect");
        Task<DuplexChannel<long, NoItem>> third = CrossChannel.ConnectAsync<long, NoItem>(listener.Address);
        DuplexChannel<NoItem, long> firstHere = await listener.AcceptAsync();
        DuplexChannel<NoItem, long> secondHere = await listener.AcceptAsync();
        Assert.IsFalse(third.IsCompleted);
        await Task.WhenAll(first.DisposeAsync().Done("the first waits to close"), firstHere.DisposeAsync().Done("its peer waits to close"));
        await using DuplexChannel<long, NoItem> thirdThere = await third.Done("the third waits for a free place");
        await using DuplexChannel<NoItem, long> thirdHere = await listener.AcceptAsync();
        await secondHere.DisposeAsync().Done("the second waits to close");
        await second.DisposeAsync().Done("the second's peer waits to close");
    }

    [TestMethod]
    [DataRow("http")]
    [DataRow("tls")]
    [DataRow("zeros")]
    [DataRow("random")]
    [DataRow("magic with one wrong byte")]
    [DataRow("hello too long")]
    [DataRow("hello of negative length")]
    [DataRow("versions upside down")]
    [DataRow("hello of garbage")]
    [DataRow("hello without contract")]
    [DataRow("hello with a cut field")]
    public async Task Greeting_NotOurs_Closed(string what)
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync();
        await using RawPeer raw = await listener.ConnectAsync();
        byte[] good = Wire.Greeting<long, NoItem>();
        byte[] random = new byte[5000];
        new Random(7).NextBytes(random);
        await raw.TrySendAsync(what switch
        {
            "http" => Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
            "tls" => [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 0, 0, 0, 0, 0],
            "zeros" => new byte[5000],
            "random" => random,
            "magic with one wrong byte" => [.. good[..7], 0x0b],
            "hello too long" => [.. good[..12], .. BitConverter.GetBytes(4097)],
            "hello of negative length" => [.. good[..12], .. BitConverter.GetBytes(-1)],
            "versions upside down" => [.. good[..8], 2, 0, 1, 0, .. good[12..]],
            "hello of garbage" => [.. good[..12], .. BitConverter.GetBytes(1000), .. random[..1000]],
            "hello without contract" => [.. good[..12], 0, 0, 0, 0],
            "hello with a cut field" => [.. good[..12], 3, 0, 0, 0, 1, 0, 1],
            _ => throw new ArgumentException(what, nameof(what)),
        });
        await raw.ReadGreetingAsync();
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        Assert.AreEqual(ReasonCode.Violation, reason.Code);
        await using DuplexChannel<long, NoItem> honest = await CrossChannel.ConnectAsync<long, NoItem>(listener.Address).Done("an honest peer waits to connect");
    }

    [TestMethod]
    public async Task Greeting_OtherVersion_BothAreNamed()
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync();
        await using RawPeer raw = await listener.ConnectAsync();
        // A later version may say hello in a form of its own.
        byte[] greeting = new byte[Preamble.Size + 3];
        new Preamble(2, 3, 3).Write(greeting);
        await raw.SendAsync(greeting);
        await raw.ReadGreetingAsync();
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Refuse);
        StringAssert.Contains(reason.Text, "versions 1 to 1");
        StringAssert.Contains(reason.Text, "2 to 3");
    }

    [TestMethod]
    public async Task Greeting_WiderRangeOfVersions_Accepted()
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync();
        await using RawPeer raw = await listener.ConnectAsync();
        await raw.SendAsync(Wire.Greeting(Wire.Hello<long, NoItem>(), 0, 7), Wire.Welcome(), Wire.Longs(0, 3));
        await using DuplexChannel<NoItem, long> channel = await listener.AcceptAsync();
        Assert.AreEqual(1, channel.Peer!.ProtocolVersion);
        Assert.AreEqual(3, await channel.Reader.ReadAsync().Done("the reader waits for the item"));
        await raw.DisposeAsync();
    }

    [TestMethod]
    [DataRow("feature", "features 0x10")]
    [DataRow("role", "a reader of leases")]
    [DataRow("channel", "'other'")]
    [DataRow("contract", "System.Int32")]
    [DataRow("direction", "swap the type arguments")]
    public async Task Greeting_DoesNotFit_RefusedAndNamed(string what, string expected)
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync();
        await using RawPeer raw = await listener.ConnectAsync();
        Hello hello = Wire.Hello<long, NoItem>();
        await raw.SendAsync(Wire.Greeting(what switch
        {
            "feature" => hello with { RequiredFeatures = 0x10 },
            "role" => hello with { Role = 3 },
            "channel" => hello with { Channel = "other" },
            "contract" => Wire.Hello<int, NoItem>(),
            _ => Wire.Hello<NoItem, long>(),
        }));
        await raw.ReadGreetingAsync();
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Refuse);
        StringAssert.Contains(reason.Text, expected);
    }

    [TestMethod]
    public async Task Connect_OtherContract_BothSidesGetTheTypedError()
    {
        for (int round = 0; round < 20; round++)
        {
            var log = new LogList();
            await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync(new() { Connection = new() { Logger = log } });
            var e = await CrossChannel.ConnectAsync<int, NoItem>(listener.Address).Fails<LinkRefusedException>("a client waits for its refusal");
            StringAssert.Contains(e.Message, "System.Int64");
            StringAssert.Contains(e.Message, "System.Int32");
            await Wait.Until(() => log.Errors.Any(error => error is LinkRefusedException), "the listener waits for the refusal in its log");
            Exception here = log.Errors.First(error => error is LinkRefusedException);
            StringAssert.Contains(here.Message, "System.Int64");
            StringAssert.Contains(here.Message, "System.Int32");
        }
    }

    [TestMethod]
    public async Task Connect_OtherEndIsNewer_ErrorNamesBothVersions()
    {
        using var directory = new TempDirectory();
        ChannelAddress address = ChannelAddress.Unix(directory["x.sock"]);
        using var owner = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, default);
        owner.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(address.Path!));
        owner.Listen();
        Task<DuplexChannel<long, NoItem>> connecting = CrossChannel.ConnectAsync<long, NoItem>(address);
        using System.Net.Sockets.Socket accepted = await owner.AcceptAsync().Done("the newer owner waits for a peer");
        byte[] greeting = new byte[Preamble.Size];
        new Preamble(2, 3, 0).Write(greeting);
        await accepted.SendAsync(greeting).Done("the newer owner waits to greet");
        var e = await connecting.Fails<LinkRefusedException>("a client waits for its refusal");
        StringAssert.Contains(e.Message, "versions 1 to 1");
        StringAssert.Contains(e.Message, "2 to 3");
    }

    [TestMethod]
    public async Task Greeting_UnknownOptionalField_Skipped()
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync();
        await using RawPeer raw = await listener.ConnectAsync();
        await raw.SendAsync(Wire.Greeting(Wire.Hello<long, NoItem>(), 1, 1, Wire.Field(0x1234, 1, 2, 3), Wire.Field(0x7fff)), Wire.Welcome(), Wire.Longs(0, 3));
        await using DuplexChannel<NoItem, long> channel = await listener.AcceptAsync();
        Assert.AreEqual(3, await channel.Reader.ReadAsync().Done("the reader waits for the item"));
        await raw.DisposeAsync();
    }

    [TestMethod]
    public async Task Greeting_UnknownFieldThatMustBeUnderstood_RefusedByName()
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync();
        await using RawPeer raw = await listener.ConnectAsync();
        await raw.SendAsync(Wire.Greeting(Wire.Hello<long, NoItem>(), 1, 1, Wire.Field(0x8123, 1)));
        await raw.ReadGreetingAsync();
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, "field 33059, which must be understood");
    }

    [TestMethod]
    public async Task Welcome_WithFieldsOfALaterVersion_Accepted()
    {
        await using RawListener<NoItem, long> listener = await RawListener<NoItem, long>.StartAsync();
        await using RawPeer raw = await listener.ConnectAsync();
        byte[] welcome = Wire.Frame(FrameType.Welcome, 0, 0, [.. Wire.Welcome()[FrameHeader.Size..], .. new byte[100]]);
        await raw.SendAsync(Wire.Greeting<long, NoItem>(), welcome, Wire.Longs(0, 3));
        await using DuplexChannel<NoItem, long> channel = await listener.AcceptAsync();
        Assert.AreEqual(3, await channel.Reader.ReadAsync().Done("the reader waits for the item"));
        await raw.DisposeAsync();
    }
}
