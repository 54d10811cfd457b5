using Nerdbank.Streams;

namespace CrossChannels.Multiplexing.Tests;

/// <summary>How offers and acceptances find each other, and how those end that do not.</summary>
[TestClass]
public sealed class OfferTests
{
    [TestMethod]
    public async Task Offers_OfOneWay_CarryTheirItems()
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync();
        Task<CrossChannelWriter<string>> offering = ends.First.OfferWriterAsync<string>("names");
        Task<CrossChannelReader<long>> reading = ends.First.OfferReaderAsync<long>("numbers", new System.Threading.Channels.BoundedChannelOptions(2));
        await using CrossChannelReader<string> names = await ends.Second.AcceptReaderAsync<string>("names").Done();
        await using CrossChannelWriter<long> numbers = await ends.Second.AcceptWriterAsync<long>("numbers").Done();
        await using CrossChannelWriter<string> writer = await offering.Done();
        await using CrossChannelReader<long> reader = await reading.Done();
        await writer.WriteAsync("Ada").Done();
        Assert.AreEqual("Ada", await names.ReadAsync().Done());
        Assert.IsTrue(numbers.TryWrite(1));
        Assert.IsTrue(numbers.TryWrite(2));
        Assert.IsFalse(numbers.TryWrite(3), "the reader set a capacity of 2");
        Assert.AreEqual(1, await reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Offers_OfOneName_AreAcceptedInOrder()
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync();
        for (int i = 0; i < 3; i++)
        {
            (DuplexChannel<int, NoItem> offered, DuplexChannel<NoItem, int> accepted) = await ends.OpenAsync<int, NoItem>("same");
            await offered.Writer.WriteAsync(i).Done();
            Assert.AreEqual(i, await accepted.Reader.ReadAsync().Done());
            await Task.WhenAll(offered.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask()).Done();
        }
    }

    /// <summary>Offers have greeted; an end that is made of a bare channel is told what it may accept before that.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task TryWrite_FreshEndOfAnUnboundedChannel_TakesItemsAtOnce(bool isOffered)
    {
        const int Many = 2000;
        await using Multiplexers ends = await Multiplexers.OverUnixAsync();
        var reading = new DuplexChannelOptions<NoItem, int> { Reading = new System.Threading.Channels.UnboundedChannelOptions() };
        DuplexChannel<int, NoItem> writer;
        DuplexChannel<NoItem, int> reader;
        if (isOffered)
        {
            (writer, reader) = await ends.OpenAsync("items", null, reading);
            TakeAll(writer);
        }
        else
        {
            Task<MultiplexingStream.Channel> offering = ends.First.OfferChannelAsync("items");
            MultiplexingStream.Channel accepted = await ends.Second.AcceptChannelAsync("items").Done();
            writer = CrossChannel.Over<int, NoItem>(await offering.Done(), new() { ExpectUnboundedReader = true });
            TakeAll(writer);
            reader = CrossChannel.Over(accepted, reading);
        }
        await using (writer)
        await using (reader)
        {
            for (int i = 0; i < Many; i++)
                Assert.AreEqual(i, await reader.Reader.ReadAsync().Done());
        }

        static void TakeAll(DuplexChannel<int, NoItem> end)
        {
            for (int i = 0; i < Many; i++)
                Assert.IsTrue(end.Writer.TryWrite(i), $"item {i}");
        }
    }

    [TestMethod]
    public async Task Offer_NobodyAccepts_TimesOutAndNamesTheSetting()
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync();
        var options = new DuplexChannelOptions<int, NoItem> { Connection = new() { ConnectTimeout = TimeSpan.FromMilliseconds(50) } };
        LinkTimeoutException late = await ends.First.OfferAsync("nobody's", options).Fails<LinkTimeoutException>();
        StringAssert.Contains(late.Message, "'nobody's'");
        StringAssert.Contains(late.Message, "ConnectTimeout");
    }

    [TestMethod]
    public async Task Offer_Rejected_IsRefused()
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync();
        ends.Second.ChannelOffered += static (sender, offer) => ((MultiplexingStream)sender!).RejectChannel(offer.QualifiedId.Id);
        LinkRefusedException refused = await ends.First.OfferAsync<int, NoItem>("unwanted").Fails<LinkRefusedException>();
        StringAssert.Contains(refused.Message, "'unwanted'");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Opening_Canceled_HasTheCallersToken(bool isOffer)
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync();
        using var source = new CancellationTokenSource();
        Task opening = isOffer ? ends.First.OfferAsync<int, int>("a", null, source.Token) : ends.First.AcceptAsync<int, int>("a", null, source.Token);
        await source.CancelAsync();
        OperationCanceledException canceled = await opening.Fails<OperationCanceledException>();
        Assert.AreEqual(source.Token, canceled.CancellationToken);
        // A withdrawn offer is not what a later one is mistaken for.
        (DuplexChannel<int, int> offered, DuplexChannel<int, int> accepted) = await ends.OpenAsync<int, int>("a");
        await Task.WhenAll(offered.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask()).Done();
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Opening_MultiplexerIsDisposed_IsLost(bool isOffer)
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync();
        Task opening = isOffer ? ends.First.OfferAsync<int, int>("a") : ends.First.AcceptAsync<int, int>("a");
        await ends.First.DisposeAsync().Done();
        await opening.Fails<ConnectionLostException>();
        ConnectionLostException lost = await ends.First.OfferAsync<int, int>("b").Fails<ConnectionLostException>();
        StringAssert.Contains(lost.Message, "disposed");
        await ends.First.AcceptAsync<int, int>("b").Fails<ConnectionLostException>();
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Opening_PeerGoes_IsLost(bool isOffer)
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync();
        Task opening = isOffer ? ends.First.OfferAsync<int, int>("a") : ends.First.AcceptAsync<int, int>("a");
        await ends.Second.DisposeAsync().Done();
        await opening.Fails<ConnectionLostException>();
    }

    [TestMethod]
    public async Task Opening_EndsThatDoNotFit_IsRefusedAtBoth()
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync();
        Task<DuplexChannel<int, string>> offering = ends.First.OfferAsync<int, string>("swapped");
        Task<DuplexChannel<int, string>> accepting = ends.Second.AcceptAsync<int, string>("swapped");
        await offering.Fails<LinkRefusedException>();
        await accepting.Fails<LinkRefusedException>();
    }

    [TestMethod]
    public async Task Offer_OfATypeThatCannotCross_SaysSo()
    {
        await using Multiplexers ends = await Multiplexers.OverUnixAsync();
        using var source = new CancellationTokenSource();
        Task<DuplexChannel<int, NoItem>> accepting = ends.Second.AcceptAsync<int, NoItem>("a", null, source.Token);
        await ends.First.OfferAsync<Action, NoItem>("a").Fails<NotSupportedException>();
        Assert.IsFalse(accepting.IsCompleted, "the next offer may be a better one");
        await source.CancelAsync();
        await accepting.Fails<OperationCanceledException>();
    }

    [TestMethod]
    public async Task Create_PeerOfAnotherVersion_IsRefused()
    {
        (Stream first, Stream second) = await Connections.StreamsAsync();
        Task<MultiplexingStream> newer = ChannelMultiplexer.CreateAsync(first, new MultiplexerOptions { ProtocolVersion = 2 });
        Task<MultiplexingStream> older = ChannelMultiplexer.CreateAsync(second, new MultiplexerOptions { ProtocolVersion = 1 });
        CrossChannelException[] errors = [await older.Fails<CrossChannelException>(), await newer.Fails<CrossChannelException>()];
        // The one that finds out first hangs up, perhaps before the other has read a word.
        Assert.IsTrue(errors.Any(static error => error is LinkRefusedException), string.Join(" | ", errors.Select(static error => error.Message)));
    }

    [TestMethod]
    public async Task Create_PeerSaysNothing_TimesOut()
    {
        (Stream first, Stream second) = await Connections.StreamsAsync();
        await using Stream silent = second;
        var options = new MultiplexerOptions { ProtocolVersion = 2, Connection = new() { GreetingTimeout = TimeSpan.FromMilliseconds(50) } };
        LinkTimeoutException late = await ChannelMultiplexer.CreateAsync(first, options).Fails<LinkTimeoutException>();
        StringAssert.Contains(late.Message, "GreetingTimeout");
    }

    [TestMethod]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(static () => new MultiplexerOptions { ProtocolVersion = 4 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(static () => new MultiplexerOptions { ProtocolVersion = 0 });
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(static () => new MultiplexerOptions { ChannelWindow = 0 });
    }
}
