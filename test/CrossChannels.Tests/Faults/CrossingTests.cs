using System.Threading.Channels;
using CrossChannels.Protocol;

namespace CrossChannels.Tests.Faults;

/// <summary>Items, credit, completions and closes that are on their way at the same time are no fault of anybody.</summary>
[TestClass]
public sealed class CrossingTests
{
    [TestMethod]
    [DataRow("items")]
    [DataRow("credit")]
    [DataRow("complete")]
    [DataRow("send-finished")]
    public async Task Peer_SendsBeforeItHasHeardOfTheClose_NoFault(string what)
    {
        await using RawLink<long, long> link = await RawLink<long, long>.OpenAsync();
        await link.Raw.SendAsync(Wire.Longs(0, 1, 2));
        Assert.AreEqual(1, await link.Channel.Reader.ReadAsync().Done("the reader waits for an item"));
        Task closing = link.Channel.Reader.CloseAsync("enough").AsTask();
        RawPeer.Frame frame = await link.Raw.ReadFrameAsync(FrameType.ReceiveClosing);
        Assert.AreEqual("enough", ReasonFrame.Read(frame.Body, frame.Type).Text);
        await link.Raw.SendAsync(what switch
        {
            "items" => [.. Wire.Longs(2, 3, 4, 5), .. Wire.Counter(FrameType.SendFinished, 5)],
            "credit" => [.. Wire.Credit(1024, 1 << 20), .. Wire.Counter(FrameType.SendFinished, 2)],
            "complete" => Wire.Complete(2),
            _ => Wire.Counter(FrameType.SendFinished, 2),
        });
        await closing.Done("the reader waits until its close is confirmed");
        Assert.AreEqual(EndingKind.ReaderClosed, link.Channel.Reader.Ending!.Kind);

        // The other direction goes on.
        await link.Channel.Writer.WriteAsync(7).Done("the writer of the other direction waits");
        await link.Raw.ReadFrameAsync(FrameType.Items);
        Assert.IsNull(link.Channel.Writer.Ending);
    }

    [TestMethod]
    public async Task Peer_GrantsAfterOurComplete_NoFault()
    {
        await using RawLink<long, NoItem> link = await RawLink<long, NoItem>.OpenAsync(welcome: Wire.Welcome(2, 1 << 20));
        await link.Channel.Writer.WriteAsync(1).Done("a write waits");
        await link.Channel.Writer.WriteAsync(2).Done("a write waits");
        link.Channel.Writer.Complete();
        await link.Raw.ReadFrameAsync(FrameType.Complete);
        await link.Raw.SendAsync(Wire.Credit(3, (1 << 20) + 8), Wire.Credit(4, (1 << 20) + 16), Wire.Counter(FrameType.ReceiveFinished, 2));
        await link.Channel.Writer.JoinAsync().Done("a join waits for the reader that finished");
        Assert.AreEqual(EndingKind.Completed, link.Channel.Writer.Ending!.Kind);
    }

    [TestMethod]
    public async Task Peer_ClosesAfterOurComplete_JoinTellsAndCompletionStands()
    {
        await using RawLink<long, NoItem> link = await RawLink<long, NoItem>.OpenAsync(welcome: Wire.Welcome(2, 1 << 20));
        await link.Channel.Writer.WriteAsync(1).Done("a write waits");
        link.Channel.Writer.Complete();
        Task join = link.Channel.Writer.JoinAsync().AsTask();
        await link.Raw.ReadFrameAsync(FrameType.Complete);
        await link.Raw.SendAsync(Wire.Reason(FrameType.ReceiveClosing, ReasonCode.Given, "enough"));
        var e = await join.Fails<ReaderClosedException>("a join waits for a reader that closed");
        Assert.AreEqual("enough", e.Reason);
        Assert.AreEqual(EndingKind.Completed, link.Channel.Writer.Ending!.Kind);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(2)]
    public async Task Reader_ClosesCompletedChannelWithItemsUnread_WriterLearnsIt(int read)
    {
        var log = new LogList();
        (DuplexChannel<long, NoItem> there, DuplexChannel<NoItem, long> here) = CrossChannel.CreatePair(
            new DuplexChannelOptions<long, NoItem> { Connection = new() { Logger = log } }, new DuplexChannelOptions<NoItem, long> { Connection = new() { Logger = log } });
        for (int i = 0; i < 5; i++)
            await there.Writer.WriteAsync(i).Done("a write waits");
        there.Writer.Complete();
        await there.Writer.FlushAsync().Done("a flush waits");
        for (int i = 0; i < read; i++)
            Assert.AreEqual(i, await here.Reader.ReadAsync().Done("the reader waits for an item"));
        Task join = there.Writer.JoinAsync().AsTask();
        await Wait.Until(() => here.Reader.Count == 5 - read, "the reader's items wait to arrive");
        await here.Reader.CloseAsync("enough").Done("the reader waits to close");
        await join.Fails<ReaderClosedException>("a join waits for a reader that closed");
        Assert.AreEqual(EndingKind.Completed, there.Writer.Ending!.Kind);
        await there.DisposeAsync().Done("the writer's end waits to close");
        await here.DisposeAsync().Done("the reader's end waits to close");
        Assert.IsEmpty(log.Errors);
    }

    [TestMethod]
    public async Task BothEnds_EndTheirHalvesAtTheSameTime_NeverAViolation()
    {
        for (int round = 0; round < 400; round++)
        {
            var random = new Random(round);
            var log = new LogList();
            DuplexChannelOptions<long, long> options = new() { Reading = new BoundedChannelOptions(1 + random.Next(8)), Connection = new() { Logger = log } };
            (DuplexChannel<long, long> first, DuplexChannel<long, long> second) = CrossChannel.CreatePair(options, options);
            Task[] ends = [ActAsync(first, random.Next()), ActAsync(second, random.Next())];
            foreach (Task end in ends)
                await end.Done($"an end of round {round} waits to finish");
            foreach (DuplexChannel<long, long> channel in new[] { first, second })
            {
                Assert.IsNotNull(channel.Writer.Ending, $"Round {round}.");
                Assert.IsNotNull(channel.Reader.Ending, $"Round {round}.");
            }
            Assert.IsEmpty(log.Errors, $"Round {round}: {string.Join("; ", log.Errors)}");
        }
    }

    /// <summary>Writes, reads, and ends each half in a way of its own, at a moment of its own.</summary>
    private static async Task ActAsync(DuplexChannel<long, long> channel, int seed)
    {
        var random = new Random(seed);
        int writes = random.Next(20), reads = random.Next(20), writerEnd = random.Next(4), readerEnd = random.Next(3);
        bool isAtOnce = random.Next(2) == 0;
        Task writing = Task.Run(async () =>
        {
            // It does not wait for room, since a reader that has stopped to read may wait for it in turn.
            for (int i = 0; i < writes; i++)
            {
                channel.Writer.TryWrite(i);
                await Task.Yield();
            }
            switch (writerEnd)
            {
                case 0: channel.Writer.TryComplete(); break;
                case 1: channel.Writer.TryComplete(new InvalidOperationException("on purpose")); break;
                case 2: await channel.Writer.CloseAsync(TimeSpan.Zero); break;
                default: await channel.Writer.DisposeAsync(); break;
            }
        }).ContinueWith(static task => _ = task.Exception, TaskScheduler.Default);
        Task reading = Task.Run(async () =>
        {
            for (int i = 0; i < reads && await channel.Reader.WaitToReadAsync(); i++)
                channel.Reader.TryRead(out _);
            if (readerEnd > 0)
                await channel.Reader.CloseAsync(readerEnd == 1 ? null : "enough");
        }).ContinueWith(static task => _ = task.Exception, TaskScheduler.Default);
        if (!isAtOnce)
        {
            await writing;
            await reading;
        }
        await channel.DisposeAsync();
        await writing;
        await reading;
    }
}
