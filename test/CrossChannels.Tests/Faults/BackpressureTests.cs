using System.Threading.Channels;
using CrossChannels.Protocol;

namespace CrossChannels.Tests.Faults;

/// <summary>Peers that do not take what is written to them.</summary>
[TestClass]
public sealed class BackpressureTests
{
    [TestMethod]
    public async Task Peer_NeverGrants_WritersWaitAndCanBeCanceled()
    {
        await using RawLink<long, NoItem> link = await RawLink<long, NoItem>.OpenAsync(welcome: Wire.Welcome(0, 1 << 20));
        CrossChannelWriter<long> writer = link.Channel.Writer;
        Assert.IsFalse(writer.TryWrite(1));
        using var source = new CancellationTokenSource();
        Task[] writes = [.. Enumerable.Range(0, 100).Select(i => writer.WriteAsync(i, source.Token).AsTask())];
        Task<bool> wait = writer.WaitToWriteAsync(source.Token).AsTask();
        Assert.IsFalse(writes.Any(write => write.IsCompleted) || wait.IsCompleted);
        await source.CancelAsync();
        foreach (Task write in writes)
            Assert.AreEqual(source.Token, (await write.Fails<OperationCanceledException>("a canceled write waits")).CancellationToken);
        await wait.Fails<OperationCanceledException>("a canceled wait waits");
        Assert.AreEqual(0, writer.UnreceivedCount);

        // None of the canceled items shows, and none of them holds a place.
        Task last = writer.WriteAsync(1000).AsTask();
        await link.Raw.SendAsync(Wire.Counter(FrameType.Ping, 1));
        await link.Raw.ReadFrameAsync(FrameType.Pong);
        Assert.IsFalse(last.IsCompleted);
    }

    [TestMethod]
    public async Task Peer_GrantsOne_OneWriteGoesInOrder()
    {
        await using RawLink<long, NoItem> link = await RawLink<long, NoItem>.OpenAsync(welcome: Wire.Welcome(1, 1 << 20));
        Task[] writes = [.. Enumerable.Range(0, 5).Select(i => link.Channel.Writer.WriteAsync(i).AsTask())];
        for (int i = 0; i < 5; i++)
        {
            RawPeer.Frame frame = await link.Raw.ReadFrameAsync(FrameType.Items);
            Assert.AreEqual(i, BitConverter.ToInt64(frame.Body, ItemsHeader.Size));
            Assert.HasCount(ItemsHeader.Size + 8, frame.Body);
            await writes[i].Done("a write that was granted waits");
            Assert.IsFalse(writes.Skip(i + 1).Any(write => write.IsCompleted));
            await link.Raw.SendAsync(Wire.Credit(i + 2, (1 << 20) + ((i + 1) * 8)));
        }
    }

    [TestMethod]
    public async Task Peer_NeverReadsItsSocket_UnsentIsBoundedAndWritersCanBeCanceled()
    {
        const int MaxUnsent = 1 << 20;
        const int ItemBytes = 10_000;
        await using RawLink<byte[], NoItem> link = await RawLink<byte[], NoItem>.OpenAsync(
            new() { Connection = new() { MaxUnsentBytes = MaxUnsent } }, Wire.Welcome(long.MaxValue, 1L << 40));
        int written = 0;
        using var source = new CancellationTokenSource();
        Task stuck;
        while (true)
        {
            stuck = link.Channel.Writer.WriteAsync(new byte[ItemBytes], source.Token).AsTask();
            // A write that does not end at once may wait for the socket, which has room for a while.
            if (!stuck.IsCompleted && await Task.WhenAny(stuck, Task.Delay(200)) != stuck)
                break;
            written++;
            Assert.IsLessThan((64 << 20) / ItemBytes, written, "The socket's own buffers are small, so that this is too much.");
        }
        Assert.AreEqual(written, link.Channel.Writer.UnreceivedCount);
        Assert.IsFalse(link.Channel.Writer.TryWrite(new byte[1]));
        await source.CancelAsync();
        await stuck.Fails<OperationCanceledException>("a canceled write waits");
        Assert.AreEqual(written, link.Channel.Writer.UnreceivedCount);
    }

    [TestMethod]
    public async Task Peer_NeverReadsItsSocketButPings_Lives()
    {
        await using RawLink<long, long> link = await RawLink<long, long>.OpenAsync(new() { Connection = new() { MaxEmptyFramesPerSecond = 1_000_000 } });
        byte[] pings = [.. Enumerable.Range(0, 1000).SelectMany(i => Wire.Counter(FrameType.Ping, i))];
        for (int i = 0; i < 100; i++)
            await link.Raw.SendAsync(pings);
        await link.Raw.SendAsync(Wire.Longs(0, 1));
        Assert.AreEqual(1, await link.Channel.Reader.ReadAsync().Done("the reader waits for the item behind the pings"));
    }

    [TestMethod]
    public async Task Peer_NeverAnswers_FlushAndJoinCanBeCanceled()
    {
        await using RawLink<long, NoItem> link = await RawLink<long, NoItem>.OpenAsync();
        await link.Channel.Writer.WriteAsync(1).Done("a write waits");
        using var source = new CancellationTokenSource();
        Task flush = link.Channel.Writer.FlushAsync(source.Token).AsTask();
        Task join = link.Channel.Writer.JoinAsync(source.Token).AsTask();
        await link.Raw.ReadFrameAsync(FrameType.Flush);
        await source.CancelAsync();
        await flush.Fails<OperationCanceledException>("a canceled flush waits");
        await join.Fails<OperationCanceledException>("a canceled join waits");

        // The next one hears the answer to the first request.
        Task again = link.Channel.Writer.FlushAsync().AsTask();
        await link.Raw.SendAsync(Wire.Counter(FrameType.Received, 1));
        await again.Done("a flush waits for its answer");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Peer_NeverAnswersTheGoodbye_ClosesAtTheDeadline(bool isAsync)
    {
        await using RawLink<long, long> link = await RawLink<long, long>.OpenAsync(new() { Connection = new() { CloseTimeout = TimeSpan.FromMilliseconds(100) } });
        await link.Channel.Writer.WriteAsync(1).Done("a write waits");
        if (isAsync)
            await link.Channel.DisposeAsync().Done("disposal waits for a peer that does not answer");
        else
#pragma warning disable VSTHRD103 // That is what is tested.
            link.Channel.Dispose();
#pragma warning restore VSTHRD103
        ReasonFrame reason = await link.Raw.ReadLastWordsAsync(FrameType.Abort);
        Assert.AreEqual(ReasonCode.TimedOut, reason.Code);
        StringAssert.Contains(reason.Text, "CloseTimeout");
    }

    [TestMethod]
    public async Task Peer_UnboundedAndExchangesOneByOne_IsNoFlood()
    {
        DuplexChannelOptions<long, long> options = new()
        {
            Reading = new UnboundedChannelOptions(),
            Connection = new() { MaxEmptyFramesPerSecond = 100, TimeProvider = new ManualTimeProvider() },
        };
        (DuplexChannel<long, long> first, DuplexChannel<long, long> second) = CrossChannel.CreatePair(options, options);
        for (int i = 0; i < 1000; i++)
        {
            await first.Writer.WriteAsync(i).Done("a write waits");
            Assert.AreEqual(i, await second.Reader.ReadAsync().Done("a reader waits for an item"));
            await second.Writer.WriteAsync(i).Done("a write waits");
            Assert.AreEqual(i, await first.Reader.ReadAsync().Done("a reader waits for an answer"));
        }
        first.Abort();
        second.Abort();
    }
}
