using System.Net.Sockets;
using System.Net.WebSockets;
using System.Threading.Channels;
using Nerdbank.Streams;

namespace CrossChannels.Multiplexing.Tests;

/// <summary>How channels end whose multiplexer does: each for the reason that it was, and none as if it were complete.</summary>
[TestClass]
public sealed class EndingTests
{
    private const int ManyChannels = 50;

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task Multiplexer_DisposedEarly_EndsEveryChannelAsLost(int version)
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync(new() { ProtocolVersion = version });
        List<(DuplexChannel<int, int> Offered, DuplexChannel<int, int> Accepted)> channels = await OpenManyAsync(ends);
        await ends.First.DisposeAsync().Done();
        foreach ((DuplexChannel<int, int> offered, DuplexChannel<int, int> accepted) in channels)
        {
            ConnectionLostException here = await AssertLostAsync(offered);
            StringAssert.Contains(here.Message, "was disposed");
            await offered.Writer.JoinAsync().Fails<ConnectionLostException>();
            ConnectionLostException there = await AssertLostAsync(accepted);
            Assert.IsFalse(there.Message.Contains("disposed", StringComparison.Ordinal), there.Message);
            Assert.AreEqual(7, await accepted.Reader.ReadAsync().Done(), "what had arrived is read first");
            await accepted.Reader.Completion.Fails<ConnectionLostException>();
        }
        await CloseAsync(channels);
    }

    [TestMethod]
    public async Task Multiplexer_ThatThePackageMade_DisposedEarly_EndsEveryChannelAsLost()
    {
        (Stream first, Stream second) = await Connections.StreamsAsync();
        await using Multiplexers ends = await Multiplexers.OverAsync(MultiplexingStream.CreateAsync(first), MultiplexingStream.CreateAsync(second));
        List<(DuplexChannel<int, int> Offered, DuplexChannel<int, int> Accepted)> channels = await OpenManyAsync(ends);
        await ends.Second.DisposeAsync().Done();
        foreach ((DuplexChannel<int, int> offered, DuplexChannel<int, int> accepted) in channels)
        {
            await AssertLostAsync(offered);
            await AssertLostAsync(accepted);
        }
        await CloseAsync(channels);
    }

    [TestMethod]
    public async Task Connection_Breaks_EndsEveryChannelAsLost()
    {
        (Socket first, Socket second) = await Connections.SocketsAsync();
        await using Multiplexers ends = await Multiplexers.OverAsync(
            ChannelMultiplexer.CreateAsync(new NetworkStream(first, ownsSocket: true)), ChannelMultiplexer.CreateAsync(new NetworkStream(second, ownsSocket: true)));
        List<(DuplexChannel<int, int> Offered, DuplexChannel<int, int> Accepted)> channels = await OpenManyAsync(ends);
        first.Close();
        foreach ((DuplexChannel<int, int> offered, DuplexChannel<int, int> accepted) in channels)
        {
            StringAssert.Contains((await AssertLostAsync(offered)).Message, "failed");
            await AssertLostAsync(accepted);
        }
        await CloseAsync(channels);
    }

    /// <summary>The peer closes the one channel, with the multiplexer alive and without a goodbye of ours.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    public async Task Channel_ClosedByThePeerWithoutAGoodbye_IsLostAndTheOthersLive(int version)
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync(new() { ProtocolVersion = version });
        Task<DuplexChannel<int, int>> offering = ends.First.OfferAsync<int, int>("cut");
        MultiplexingStream.Channel raw = await ends.Second.AcceptChannelAsync("cut", CancellationToken.None).Done();
        // An end of ours over it, so that it is greeted; the package's channel is then ended under it.
        DuplexChannel<int, int> cut = CrossChannel.Over<int, int>(raw);
        await using DuplexChannel<int, int> offered = await offering.Done();
        (DuplexChannel<int, int> other, DuplexChannel<int, int> otherEnd) = await ends.OpenAsync<int, int>("other");
        raw.Dispose();
        await AssertLostAsync(offered);
        await other.Writer.WriteAsync(1).Done();
        Assert.AreEqual(1, await otherEnd.Reader.ReadAsync().Done());
        await Task.WhenAll(other.DisposeAsync().AsTask(), otherEnd.DisposeAsync().AsTask(), cut.DisposeAsync().AsTask()).Done();
    }

    /// <summary>A channel that was closed in order has arrived, so that its multiplexer may go at once.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task Multiplexer_DisposedRightAfterItsChannels_TakesNothingAway(int version)
    {
        const int Items = 1000;
        for (int round = 0; round < 10; round++)
        {
            await using Multiplexers ends = await Multiplexers.OverUnixAsync(new() { ProtocolVersion = version });
            (DuplexChannel<int, NoItem> offered, DuplexChannel<NoItem, int> accepted) = await ends.OpenAsync<int, NoItem>("all");
            Task<List<int>> reading = ChannelCore.ReadAllAsync(accepted.Reader);
            for (int i = 0; i < Items; i++)
                await offered.Writer.WriteAsync(i).Done();
            offered.Writer.Complete();
            await offered.DisposeAsync().Done();
            await ends.First.DisposeAsync().Done();
            CollectionAssert.AreEqual(Enumerable.Range(0, Items).ToList(), await reading.Done());
            Assert.AreEqual(new Ending(EndingKind.Completed), accepted.Reader.Ending);
            await accepted.DisposeAsync().Done();
        }
    }

    [TestMethod]
    public async Task WebSocket_MultiplexerIsDisposed_IsClosedAtBothEnds()
    {
        (WebSocket server, WebSocket client) = await Connections.WebSocketsAsync();
        await using Multiplexers ends = await Multiplexers.OverAsync(ChannelMultiplexer.CreateAsync(server), ChannelMultiplexer.CreateAsync(client));
        (DuplexChannel<int, int> offered, DuplexChannel<int, int> accepted) = await ends.OpenAsync<int, int>("a");
        await ends.First.DisposeAsync().Done();
        await AssertLostAsync(offered);
        await AssertLostAsync(accepted);
        await Wait.Until(() => server.State is not (WebSocketState.Open or WebSocketState.CloseReceived), "the server's WebSocket to close");
        await Wait.Until(() => client.State is not (WebSocketState.Open or WebSocketState.CloseReceived), "the client's WebSocket to close");
        await offered.DisposeAsync().Done();
        await accepted.DisposeAsync().Done();
    }

    /// <summary>What is written to a peer that reads no more is under way for ever; disposing the multiplexer must not wait for it.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Multiplexer_WhosePeerReadsNothing_IsDisposedWithinCloseTimeout(bool isWebSocket)
    {
        var options = new MultiplexerOptions { Connection = new() { CloseTimeout = TimeSpan.FromMilliseconds(100) } };
        (Stream first, Stream second) = await Connections.StreamsAsync();
        await using Stream silent = second;
        MultiplexingStream multiplexer = isWebSocket
            ? await ChannelMultiplexer.CreateAsync(WebSocket.CreateFromStream(first, new WebSocketCreationOptions { IsServer = true }), options).Done()
            : await ChannelMultiplexer.CreateAsync(first, options).Done();
        // Offers that nobody takes fill the connection, and what the multiplexer holds besides.
        string name = new('x', 10_000);
        Task[] offers = [.. Enumerable.Range(0, 200).Select(_ => multiplexer.OfferAsync<int, int>(name))];
        await multiplexer.DisposeAsync().Done();
        foreach (Task offer in offers)
            await offer.Fails<ConnectionLostException>();
    }

    /// <summary>A read of a pipe or a console that ignores cancellation would hold the multiplexer for ever.</summary>
    [TestMethod]
    public async Task Multiplexer_OverAReadThatCannotBeCanceled_IsDisposed()
    {
        var never = new StubbornStream();
        MultiplexingStream multiplexer = await ChannelMultiplexer.CreateAsync(never, never).Done();
        Task accepting = multiplexer.AcceptAsync<int, int>("a");
        await multiplexer.DisposeAsync().Done();
        await accepting.Fails<ConnectionLostException>();
    }

    private static async Task<List<(DuplexChannel<int, int> Offered, DuplexChannel<int, int> Accepted)>> OpenManyAsync(Multiplexers ends)
    {
        List<(DuplexChannel<int, int> Offered, DuplexChannel<int, int> Accepted)> channels = [];
        for (int i = 0; i < ManyChannels; i++)
        {
            (DuplexChannel<int, int> Offered, DuplexChannel<int, int> Accepted) channel = await ends.OpenAsync<int, int>($"channel {i}");
            await channel.Offered.Writer.WriteAsync(7).Done();
            await channel.Offered.Writer.FlushAsync().Done();
            channels.Add(channel);
        }
        return channels;
    }

    /// <summary>What a writer sees whose link is lost.</summary>
    private static async Task<ConnectionLostException> AssertLostAsync(DuplexChannel<int, int> channel)
    {
        await Wait.Until(() => channel.Writer.Ending is not null, "the writer to end");
        Assert.AreEqual(EndingKind.ConnectionLost, channel.Writer.Ending!.Kind, channel.Writer.Ending.Cause?.Message);
        ChannelClosedException closed = await channel.Writer.WriteAsync(1).Fails<ChannelClosedException>();
        Assert.IsInstanceOfType<ConnectionLostException>(closed.InnerException);
        return Assert.IsInstanceOfType<ConnectionLostException>(channel.Writer.Ending.Cause);
    }

    private static Task CloseAsync(List<(DuplexChannel<int, int> Offered, DuplexChannel<int, int> Accepted)> channels) =>
        Task.WhenAll(channels.SelectMany(static channel => new[] { channel.Offered.DisposeAsync().AsTask(), channel.Accepted.DisposeAsync().AsTask() })).Done();

    /// <summary>Reads for ever, whatever its token says.</summary>
    private sealed class StubbornStream : MemoryStream
    {
        private readonly TaskCompletionSource<int> _never = new();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(_never.Task);
    }
}
