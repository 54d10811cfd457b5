using System.Threading.Channels;
using CrossChannels.Protocol;

namespace CrossChannels.Tests.Faults;

/// <summary>What the protocol forbids: both ends learn what it was, and it is judged before anything is believed.</summary>
[TestClass]
public sealed class ViolationTests
{
    private const long Unlimited = long.MaxValue;

    [TestMethod]
    [DataRow("five items of four", "the credit is 4 items")]
    [DataRow("items after a lone one", "the credit is 4 items")]
    [DataRow("items from a later number", "starts with item 1, and 0 is next")]
    [DataRow("no items", "has no item")]
    [DataRow("two items in eight bytes", "says 2 items in 8 bytes")]
    [DataRow("one item in sixteen bytes", "says 1 items in 16 bytes")]
    [DataRow("2^32-1 items", "says 4,294,967,295 items")]
    [DataRow("extension over the body", "has an extension block of 17 bytes")]
    [DataRow("extension over the limit", "has an extension block of 1,025 bytes")]
    [DataRow("length 2^32-1", "has a length of 4,294,967,295 bytes")]
    [DataRow("length 2^31", "has a length of 2,147,483,648 bytes")]
    [DataRow("length 2^31-1", "has a length of 2,147,483,647 bytes")]
    [DataRow("length under the least", "Items has a length of 15 bytes, and 16 to")]
    [DataRow("counter of nine bytes", "Flush has a length of 9 bytes, and 8 to 8")]
    [DataRow("counter is negative", "Flush says -1")]
    [DataRow("attachment 1", "is for attachment 1")]
    [DataRow("unknown type", "type 0x7f is unknown")]
    [DataRow("unknown type, too long", "0x7f has a length of 4,097 bytes")]
    [DataRow("credit is negative", "credit is not negative")]
    [DataRow("credit bytes are negative", "credit is not negative")]
    [DataRow("credit goes back", "to 1,023 items")]
    [DataRow("credit bytes go back", "to 1,024 items, 1,048,575 bytes")]
    [DataRow("credit for items never sent", "to 1,025 items")]
    [DataRow("credit turns unlimited", "beyond the first credit")]
    [DataRow("received, nothing sent", "Received counts 1 items")]
    [DataRow("joined, nothing sent", "Joined counts 1 items")]
    [DataRow("receive-finished, not completed", "ReceiveFinished")]
    [DataRow("complete, wrong total", "Complete says 1 items, and 0 came")]
    [DataRow("send-finished, wrong total", "SendFinished says 1 items, and 0 came")]
    [DataRow("complete, outcome 9", "Complete has outcome 9")]
    [DataRow("complete, text cut off", "Complete: the message says 9 bytes, and 0 are left")]
    [DataRow("abort, text cut off", "Abort: the text says 9 bytes, and 0 are left")]
    [DataRow("goodbye too early", "Goodbye came before")]
    [DataRow("second welcome", "Welcome came a second time")]
    public async Task Peer_BreaksTheProtocol_BothEndsSayHow(string what, string expected)
    {
        await using RawLink<long, long> link = await RawLink<long, long>.OpenAsync(
            new() { Reading = new BoundedChannelOptions(4) }, Wire.Welcome(1024, 1 << 20));
        await link.Raw.SendAsync(what switch
        {
            "five items of four" => Wire.Longs(0, 1, 2, 3, 4, 5),
            "items after a lone one" => [.. Wire.Longs(0, 1), .. Wire.Longs(1, 2, 3, 4, 5)],
            "items from a later number" => Wire.Longs(1, 1),
            "no items" => Wire.Items(0, 0, 0),
            "two items in eight bytes" => Wire.Items(0, 2, 0, new byte[8]),
            "one item in sixteen bytes" => Wire.Items(0, 1, 0, new byte[16]),
            "2^32-1 items" => Wire.Items(0, uint.MaxValue, 0, new byte[8]),
            "extension over the body" => Wire.Items(0, 1, 17, new byte[16]),
            "extension over the limit" => Wire.Items(0, 1, 1025, new byte[1025 + 8]),
            "length 2^32-1" => Wire.Header(uint.MaxValue, FrameType.Items),
            "length 2^31" => Wire.Header(1u << 31, FrameType.Items),
            "length 2^31-1" => Wire.Header(int.MaxValue, FrameType.Items),
            "length under the least" => Wire.Header(15, FrameType.Items),
            "counter of nine bytes" => Wire.Header(9, FrameType.Flush),
            "counter is negative" => Wire.Counter(FrameType.Flush, -1),
            "attachment 1" => Wire.Frame(FrameType.Ping, 0, 1, new byte[8]),
            "unknown type" => Wire.Frame((FrameType)0x7f, 0, 0),
            "unknown type, too long" => Wire.Header(4097, (FrameType)0x7f, FrameHeader.Ignorable),
            "credit is negative" => Wire.Credit(-1, 1 << 20),
            "credit bytes are negative" => Wire.Credit(1024, long.MinValue),
            "credit goes back" => Wire.Credit(1023, 1 << 20),
            "credit bytes go back" => Wire.Credit(1024, (1 << 20) - 1),
            "credit for items never sent" => Wire.Credit(1025, 1 << 20),
            "credit turns unlimited" => Wire.Credit(Unlimited, 1 << 20),
            "received, nothing sent" => Wire.Counter(FrameType.Received, 1),
            "joined, nothing sent" => Wire.Counter(FrameType.Joined, 1),
            "receive-finished, not completed" => Wire.Counter(FrameType.ReceiveFinished, 0),
            "complete, wrong total" => Wire.Complete(1),
            "send-finished, wrong total" => Wire.Counter(FrameType.SendFinished, 1),
            "complete, outcome 9" => Wire.Complete(0, (CompletionOutcome)9),
            "complete, text cut off" => Wire.Frame(FrameType.Complete, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0]),
            "abort, text cut off" => Wire.Frame(FrameType.Abort, 0, 0, [1, 9, 0]),
            "goodbye too early" => Wire.Counter(FrameType.Goodbye, 0),
            "second welcome" => Wire.Welcome(),
            _ => throw new ArgumentException(what, nameof(what)),
        });
        await AssertViolationAsync(link, expected);
    }

    [TestMethod]
    [DataRow("counts and lengths disagree: fewer", "disagree")]
    [DataRow("counts and lengths disagree: more", "disagree")]
    [DataRow("item over the limit", "has an item of 101 bytes, and -1 to 100 are allowed")]
    [DataRow("item of -2 bytes", "has an item of -2 bytes")]
    [DataRow("item of 2^31-1 bytes", "has an item of 2,147,483,647 bytes")]
    [DataRow("more bytes than credit", "the credit is 4 items, 1,000 bytes")]
    public async Task Peer_SendsABadBatch_NoItemOfItIsSeen(string what, string expected)
    {
        await using RawLink<NoItem, string> link = await RawLink<NoItem, string>.OpenAsync(new()
        {
            Reading = new BoundedChannelOptions(4),
            ReadItems = new() { MaxItemBytes = 100 },
            Connection = new() { MaxUnreadBytes = 1000 },
        });
        await link.Raw.SendAsync(what switch
        {
            "counts and lengths disagree: fewer" => Wire.Items(0, 1, 0, [.. Wire.Item([65]), .. Wire.Item([66])]),
            "counts and lengths disagree: more" => Wire.Items(0, 3, 0, [.. Wire.Item([65]), .. Wire.Item([66, 67, 68, 69])]),
            "item over the limit" => Wire.Items(0, 2, 0, [.. Wire.Item([65]), .. Wire.Item(new byte[101])]),
            "item of -2 bytes" => Wire.Items(0, 1, 0, BitConverter.GetBytes(-2)),
            "item of 2^31-1 bytes" => Wire.Items(0, 1, 0, BitConverter.GetBytes(int.MaxValue)),
            "more bytes than credit" => Wire.Items(0, 4, 0, new byte[1001]),
            _ => throw new ArgumentException(what, nameof(what)),
        });
        ReasonFrame reason = await link.Raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, expected);
        ProtocolViolationException e = await link.Channel.Reader.Completion.Fails<ProtocolViolationException>("the reader waits for its end");
        StringAssert.Contains(e.Message, reason.Text);
        Assert.IsFalse(link.Channel.Reader.TryRead(out _));
    }

    [TestMethod]
    [DataRow("items")]
    [DataRow("complete")]
    [DataRow("send-finished")]
    public async Task Peer_GoesOnAfterItsCompletion_FirstOutcomeStands(string what)
    {
        await using RawLink<long, long> link = await RawLink<long, long>.OpenAsync();
        await link.Raw.SendAsync(Wire.Longs(0, 7), Wire.Complete(1), what switch
        {
            "items" => Wire.Longs(1, 8),
            "complete" => Wire.Complete(1, CompletionOutcome.Error, "X", "late"),
            _ => Wire.Counter(FrameType.SendFinished, 1),
        });
        ReasonFrame reason = await link.Raw.ReadLastWordsAsync(FrameType.Abort);
        Assert.AreEqual(ReasonCode.Violation, reason.Code);
        StringAssert.Contains(reason.Text, "after the frame that says that no more");
        Assert.AreEqual(7, await link.Channel.Reader.ReadAsync().Done("the reader waits for what came before"));
        await link.Channel.Reader.Completion.Done("the reader waits for its end");
        Assert.AreEqual(EndingKind.Completed, link.Channel.Reader.Ending!.Kind);
        Assert.AreEqual(EndingKind.ProtocolViolation, link.Channel.Writer.Ending!.Kind);
    }

    [TestMethod]
    public async Task Peer_GoesOnAfterItsCompletion_OneWayLink_ItIsTold()
    {
        await using RawLink<NoItem, long> link = await RawLink<NoItem, long>.OpenAsync();
        await link.Raw.SendAsync(Wire.Longs(0, 7), Wire.Complete(1), Wire.Longs(1, 8));
        ReasonFrame reason = await link.Raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, "Items with 1 items came after");
        Assert.AreEqual(7, await link.Channel.Reader.ReadAsync().Done("the reader waits for what came before"));
        await link.Channel.Reader.Completion.Done("the reader waits for its end");
    }

    [TestMethod]
    public async Task Peer_WritesWhereNothingIsRead_Violation()
    {
        await using RawLink<long, NoItem> link = await RawLink<long, NoItem>.OpenAsync();
        await link.Raw.SendAsync(Wire.Longs(0, 1));
        ReasonFrame reason = await link.Raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, "no more come");
        Assert.AreEqual(EndingKind.ProtocolViolation, link.Channel.Writer.Ending!.Kind);
    }

    [TestMethod]
    [DataRow("items")]
    [DataRow("credit")]
    [DataRow("complete")]
    [DataRow("ping")]
    [DataRow("goodbye")]
    public async Task Peer_SendsAFrameBeforeWelcome_Violation(string what)
    {
        await using RawListener<long, long> listener = await RawListener<long, long>.StartAsync();
        await using RawPeer raw = await listener.ConnectAsync();
        await raw.SendAsync(Wire.Greeting<long, long>(), what switch
        {
            "items" => Wire.Longs(0, 1),
            "credit" => Wire.Credit(1, 1),
            "complete" => Wire.Complete(0),
            "ping" => Wire.Counter(FrameType.Ping, 0),
            _ => Wire.Counter(FrameType.Goodbye, 0),
        });
        await raw.ReadGreetingAsync();
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, "before frame Welcome");
    }

    [TestMethod]
    [DataRow(-1L, 100L, 100)]
    [DataRow(1L, -1L, 100)]
    [DataRow(1L, 1L, 0)]
    [DataRow(1L, 1L, int.MinValue)]
    public async Task Peer_WelcomeOutOfRange_Violation(long items, long bytes, int maxItemBytes)
    {
        await using RawListener<long, long> listener = await RawListener<long, long>.StartAsync();
        await using RawPeer raw = await listener.ConnectAsync();
        await raw.SendAsync(Wire.Greeting<long, long>(), Wire.Welcome(items, bytes, maxItemBytes));
        await raw.ReadGreetingAsync();
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        Assert.AreEqual(ReasonCode.Violation, reason.Code);
    }

    [TestMethod]
    public async Task Peer_CountsAcceptedItemsThatWereNeverSent_Violation()
    {
        // Room for one item of 8 bytes on the way: the second is accepted, and stays here.
        await using RawLink<long, NoItem> link = await RawLink<long, NoItem>.OpenAsync(welcome: Wire.Welcome(10, 8));
        Assert.IsTrue(link.Channel.Writer.TryWrite(1));
        Assert.IsTrue(link.Channel.Writer.TryWrite(2));
        await link.Raw.ReadFrameAsync(FrameType.Items);
        await link.Raw.SendAsync(Wire.Counter(FrameType.Received, 2));
        ReasonFrame reason = await link.Raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, "Received counts 2 items, which is more than were sent");
    }

    [TestMethod]
    public async Task Peer_SaysGoodbyeTwice_Violation()
    {
        await using RawLink<long, long> link = await RawLink<long, long>.OpenAsync();
        byte[] goodbye = Wire.Counter(FrameType.Goodbye, 0);
        Task<bool> sent = link.Raw.TrySendAsync([Wire.Complete(0), .. Enumerable.Repeat(goodbye, 100)]);
        try
        {
            ReasonFrame reason = await link.Raw.ReadLastWordsAsync(FrameType.Abort);
            StringAssert.Contains(reason.Text, "Goodbye came a second time");
        }
        catch (IOException)
        {
            // The goodbyes of both ends had closed the connection before the second of this one was read.
        }
        await sent;
        Assert.AreEqual(EndingKind.Completed, link.Channel.Reader.Ending!.Kind);
        Assert.AreEqual(EndingKind.ReaderClosed, link.Channel.Writer.Ending!.Kind);
    }

    [TestMethod]
    [DataRow("ping")]
    [DataRow("pong")]
    [DataRow("ignorable")]
    [DataRow("same credit")]
    [DataRow("same flush")]
    [DataRow("same received")]
    [DataRow("receive-closing")]
    public async Task Peer_FloodsWithFramesOfNothing_ClosedByTheRateLimit(string what)
    {
        // The clock stands still, so that all of them fall into one second.
        await using RawLink<long, long> link = await RawLink<long, long>.OpenAsync(
            new() { Connection = new() { MaxEmptyFramesPerSecond = 50, TimeProvider = new ManualTimeProvider() } });
        byte[] frame = what switch
        {
            "ping" => Wire.Counter(FrameType.Ping, 1),
            "pong" => Wire.Counter(FrameType.Pong, 1),
            "ignorable" => Wire.Frame((FrameType)0x7f, FrameHeader.Ignorable, 0, new byte[100]),
            "same credit" => Wire.Credit(1024, 1 << 20),
            "same flush" => Wire.Counter(FrameType.Flush, 1),
            "same received" => Wire.Counter(FrameType.Received, 0),
            _ => Wire.Reason(FrameType.ReceiveClosing),
        };
        await link.Raw.SendAsync([.. Enumerable.Repeat(frame, 50)]);
        await link.Raw.SendAsync(Wire.Longs(0, 5));
        Assert.AreEqual(5, await link.Channel.Reader.ReadAsync().Done("the reader waits for an item among empty frames"));
        Task<bool> sent = link.Raw.TrySendAsync([.. Enumerable.Repeat(frame, 10)]);
        ReasonFrame reason = await link.Raw.ReadLastWordsAsync(FrameType.Abort);
        await sent;
        StringAssert.Contains(reason.Text, "MaxEmptyFramesPerSecond");
        await link.Channel.Reader.Completion.Fails<ProtocolViolationException>("the reader waits for its end");
    }

    [TestMethod]
    public async Task Peer_SendsIgnorableFramesOfNewTypes_Skipped()
    {
        await using RawLink<NoItem, long> link = await RawLink<NoItem, long>.OpenAsync();
        byte[] unknown = Wire.Frame((FrameType)0x7f, FrameHeader.Ignorable, 0, new byte[4096]);
        await link.Raw.SendAsync(unknown, Wire.Longs(0, 1), unknown, Wire.Frame((FrameType)0x7e, FrameHeader.Ignorable, 0), Wire.Complete(1));
        Assert.AreEqual(1, await link.Channel.Reader.ReadAsync().Done("the reader waits for the item between them"));
        await link.Channel.Reader.Completion.Done("the reader waits for the completion behind them");
    }

    [TestMethod]
    public async Task Peer_AnswersAViolationOfOurs_ThisEndSaysHow()
    {
        await using RawLink<long, long> link = await RawLink<long, long>.OpenAsync();
        await link.Raw.SendAsync(Wire.Reason(FrameType.Abort, ReasonCode.Violation, "Frame X is wrong."));
        ProtocolViolationException e = await link.Channel.Reader.Completion.Fails<ProtocolViolationException>("the reader waits for its end");
        StringAssert.Contains(e.Message, "Frame X is wrong.");
        Assert.AreEqual(EndingKind.ProtocolViolation, link.Channel.Writer.Ending!.Kind);
    }

    [TestMethod]
    [DataRow((byte)ReasonCode.TimedOut, EndingKind.TimedOut)]
    [DataRow((byte)ReasonCode.Given, EndingKind.Aborted)]
    [DataRow((byte)200, EndingKind.Aborted)]
    public async Task Peer_Aborts_EndingTellsWhy(byte code, EndingKind kind)
    {
        await using RawLink<long, long> link = await RawLink<long, long>.OpenAsync();
        await link.Raw.SendAsync(Wire.Reason(FrameType.Abort, (ReasonCode)code, "because"));
        CrossChannelException e = await link.Channel.Reader.Completion.Fails<CrossChannelException>("the reader waits for its end");
        Assert.AreEqual(kind, e.Kind);
        StringAssert.Contains(e.Message, "because");
    }

    private static async Task AssertViolationAsync(RawLink<long, long> link, string expected)
    {
        ReasonFrame reason = await link.Raw.ReadLastWordsAsync(FrameType.Abort);
        Assert.AreEqual(ReasonCode.Violation, reason.Code);
        StringAssert.Contains(reason.Text, expected);

        while (link.Channel.Reader.TryRead(out _))
        {
        }
        var e = await link.Channel.Reader.Completion.Fails<ProtocolViolationException>("the reader waits for its end");
        StringAssert.Contains(e.Message, reason.Text);
        Assert.AreEqual(EndingKind.ProtocolViolation, link.Channel.Writer.Ending!.Kind);
        var closed = await link.Channel.Writer.WriteAsync(1).Fails<ChannelClosedException>("a writer waits for its error");
        Assert.IsInstanceOfType<ProtocolViolationException>(closed.InnerException);
        var flush = await link.Channel.Writer.WaitToWriteAsync().Fails<ProtocolViolationException, bool>("a writer waits for its error");
        StringAssert.Contains(flush.Message, reason.Text);
    }
}
