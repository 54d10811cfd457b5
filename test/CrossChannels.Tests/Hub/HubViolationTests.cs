using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub;

/// <summary>What the protocol forbids at a hub: it ends the link of the one that does it, and nobody else notices.</summary>
[TestClass]
public sealed class HubViolationTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    [DataRow("items without credit", "the credit is 1 items")]
    [DataRow("items from a later number", "starts with item 1, and 0 is next")]
    [DataRow("want of more than granted", "Want says 2 items, and 0 came of 1 granted")]
    [DataRow("want is negative", "Want says -1")]
    [DataRow("withdrawn of more than granted", "WantWithdrawn says 9 items")]
    [DataRow("revoked unasked", "Revoked says 0 items")]
    [DataRow("report of a writer", "Report has no meaning")]
    [DataRow("settle of a writer", "Settle has no meaning")]
    [DataRow("reclaim", "Reclaim has no meaning")]
    [DataRow("settled", "Settled has no meaning")]
    [DataRow("complete, wrong total", "Complete says 3 items, and 0 came")]
    public async Task Writer_BreaksTheProtocol_OnlyItsLinkEnds(string what, string expected)
    {
        var log = new LogList();
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(Address, 1, hub: new() { Connection = new() { Logger = log } }).Done();
        await using RawPeer raw = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await raw.SendAsync(what switch
        {
            "items without credit" => Wire.Longs(0, 1, 2),
            "items from a later number" => Wire.Longs(1, 1),
            "want of more than granted" => Wire.Counter(FrameType.Want, 2),
            "want is negative" => Wire.Counter(FrameType.Want, -1),
            "withdrawn of more than granted" => Wire.Counter(FrameType.WantWithdrawn, 9),
            "revoked unasked" => Wire.Counter(FrameType.Revoked, 0),
            "report of a writer" => Wire.Counter(FrameType.Report, 0),
            "settle of a writer" => HubRaw.Settle(false, new SettleRange(0, 1, SettleOutcome.Completed)),
            "reclaim" => Wire.Counter(FrameType.Reclaim, 1),
            "settled" => Wire.Counter(FrameType.Settled, 1),
            "complete, wrong total" => Wire.Complete(3),
            _ => throw new ArgumentException(what, nameof(what)),
        });
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, expected);
        await AssertLivesAsync(owner);
    }

    [TestMethod]
    [DataRow("report of more than sent", "Report counts")]
    [DataRow("report goes back", "Report counts")]
    [DataRow("report is negative", "Report says -1")]
    [DataRow("reclaimed unasked", "Reclaimed counts")]
    [DataRow("received more than sent", "Received counts 3 items")]
    [DataRow("credit goes back", "Credit goes back")]
    [DataRow("credit goes back in bytes", "Credit goes back")]
    [DataRow("credit of more bytes than its first and what it was sent", "or beyond the first credit and what was sent")]
    [DataRow("settle on a channel without leases", "Settle has no meaning")]
    [DataRow("want of a reader", "Want has no meaning")]
    [DataRow("items", "came after the frame that says that no more come")]
    public async Task Reader_BreaksTheProtocol_OnlyItsLinkEndsAndItsItemsComeBack(string what, string expected)
    {
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(Address, 8).Done();
        Assert.AreEqual(2, owner.Writer.TryWriteMany([5, 6]));
        await using RawPeer raw = await HubRaw.OpenReaderAsync<long>(owner.Address, 2);
        await ReadItemsAsync(raw, 2);
        await raw.SendAsync(what switch
        {
            "report of more than sent" => Wire.Counter(FrameType.Report, 3),
            "report goes back" => [.. Wire.Counter(FrameType.Report, 1), .. Wire.Counter(FrameType.Report, 0)],
            "report is negative" => Wire.Counter(FrameType.Report, -1),
            "reclaimed unasked" => HubRaw.Reclaimed(0, 1),
            "received more than sent" => Wire.Counter(FrameType.Received, 3),
            "credit goes back" => Wire.Credit(1, 1 << 20),
            "credit goes back in bytes" => Wire.Credit(2, 1),
            "credit of more bytes than its first and what it was sent" => Wire.Credit(2, (1 << 20) + (2 * sizeof(long)) + 1),
            "settle on a channel without leases" => HubRaw.Settle(false, new SettleRange(0, 1, SettleOutcome.Completed)),
            "want of a reader" => Wire.Counter(FrameType.Want, 0),
            "items" => Wire.Longs(0, 1),
            _ => throw new ArgumentException(what, nameof(what)),
        });
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, expected);
        if (what != "report goes back")
            Assert.AreEqual(5, await owner.Reader.ReadAsync().Done());
        Assert.AreEqual(6, await owner.Reader.ReadAsync().Done());
        await AssertLivesAsync(owner);
    }

    [TestMethod]
    [DataRow("unknown lease")]
    [DataRow("not taken yet")]
    [DataRow("twice")]
    [DataRow("twice in one frame")]
    [DataRow("a range beyond the last")]
    [DataRow("another reader's")]
    [DataRow("2^32-1 leases")]
    public async Task LeasedReader_SettlesWhatItDoesNotHave_OnlyItsLinkEndsAndTheRestComesBack(string what)
    {
        await using LeasedChannel<long> owner = await CrossChannel.CreateLeasedAsync<long>(Address, 8).Done();
        Assert.AreEqual(3, owner.Writer.TryWriteMany([5, 6, 7]));
        Lease<long> other = await owner.Reader.ReadAsync().Done();
        await using RawPeer raw = await HubRaw.OpenReaderAsync<long>(owner.Address, 2, isLeased: true);
        await ReadItemsAsync(raw, 2);
        SettleRange first = new(0, 1, SettleOutcome.Completed);
        await raw.SendAsync(Wire.Counter(FrameType.Report, what == "not taken yet" ? 0 : 2), what switch
        {
            "unknown lease" or "another reader's" => HubRaw.Settle(false, new SettleRange(2, 1, SettleOutcome.Completed)),
            "not taken yet" => HubRaw.Settle(false, first),
            "twice" => [.. HubRaw.Settle(false, first), .. HubRaw.Settle(false, first)],
            "twice in one frame" => HubRaw.Settle(true, first, first),
            "a range beyond the last" => HubRaw.Settle(false, new SettleRange(0, 3, SettleOutcome.Completed)),
            _ => HubRaw.Settle(false, new SettleRange(0, uint.MaxValue, SettleOutcome.Abandoned)),
        });
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, "Settle counts items or leases that this reader was not sent, or has told of before");
        other.Complete();
        await Wait.Until(() => owner.Reader.Count == (what.StartsWith("twice", StringComparison.Ordinal) ? 1 : 2));
        List<long> again = [];
        owner.Writer.Complete();
        await foreach (Lease<long> lease in owner.Reader.ReadAllAsync())
        {
            again.Add(lease.Item);
            lease.Complete();
        }
        // What was settled rightly does not come again, and everything else does.
        Assert.AreEqual(what.StartsWith("twice", StringComparison.Ordinal) ? "7" : "6 7", string.Join(' ', again));
        await owner.Reader.Completion.Done();
    }

    /// <summary>A batch is judged as a whole before any of it is taken.</summary>
    [TestMethod]
    [DataRow("counts and lengths disagree: fewer", "disagree")]
    [DataRow("counts and lengths disagree: more", "disagree")]
    [DataRow("item over the limit", "has an item of 101 bytes, and -1 to 100 are allowed")]
    [DataRow("item of -2 bytes", "has an item of -2 bytes")]
    public async Task Writer_SendsABadBatch_NobodySeesAnyOfIt(string what, string expected)
    {
        await using SharedChannel<string> owner = await CrossChannel.CreateUnboundedAsync<string>(Address, items: new() { MaxItemBytes = 100 }).Done();
        await using CrossChannelReader<string> reader = await CrossChannel.OpenReaderAsync<string>(owner.Address).Done();
        Task<string> read = reader.ReadAsync().AsTask();
        await using RawPeer raw = await HubRaw.OpenWriterAsync<string>(owner.Address);
        await raw.SendAsync(what switch
        {
            "counts and lengths disagree: fewer" => Wire.Items(0, 1, 0, [.. Wire.Item([65]), .. Wire.Item([66])]),
            "counts and lengths disagree: more" => Wire.Items(0, 3, 0, [.. Wire.Item([65]), .. Wire.Item([66, 67, 68, 69])]),
            "item over the limit" => Wire.Items(0, 2, 0, [.. Wire.Item([65]), .. Wire.Item(new byte[101])]),
            "item of -2 bytes" => Wire.Items(0, 1, 0, BitConverter.GetBytes(-2)),
            _ => throw new ArgumentException(what, nameof(what)),
        });
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, expected);
        Assert.IsFalse(read.IsCompleted);
        Assert.AreEqual(0, owner.Reader.Count);
        await using CrossChannelWriter<string> good = await CrossChannel.OpenWriterAsync<string>(owner.Address).Done();
        await good.WriteAsync("good").Done();
        Assert.AreEqual("good", await read.Done());
        good.Complete();
        await reader.Completion.Done();
    }

    [TestMethod]
    [DataRow("the same want")]
    [DataRow("the same want, withdrawn again and again")]
    [DataRow("withdrawals of nothing")]
    [DataRow("the same report")]
    public async Task Peer_FloodsWithFramesThatSayNothingNew_IsCutOff(string what)
    {
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(Address, 1, hub: new() { Connection = new() { MaxEmptyFramesPerSecond = 20 } }).Done();
        Assert.IsTrue(owner.Writer.TryWrite(1));
        await using RawPeer raw = what == "the same report" ? await HubRaw.OpenReaderAsync<long>(owner.Address, 0) : await HubRaw.OpenWriterAsync<long>(owner.Address);
        FrameType type = what switch
        {
            "the same want" => FrameType.Want,
            "the same want, withdrawn again and again" => FrameType.WantWithdrawn,
            "withdrawals of nothing" => FrameType.WantWithdrawn,
            _ => FrameType.Report,
        };
        // Two seconds' worth and more, so that a change of the second does not matter.
        byte[] frame = what == "the same want, withdrawn again and again" ? [.. Wire.Counter(FrameType.Want, 0), .. Wire.Counter(type, 0)] : Wire.Counter(type, 0);
        byte[] flood = [.. Enumerable.Range(0, 60).SelectMany(_ => frame)];
        await raw.TrySendAsync(flood);
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, "MaxEmptyFramesPerSecond");
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        await AssertLivesAsync(owner);
    }

    /// <summary>Each asks for an answer, and the peer reads none: the hub keeps one answer, and then no peer.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Reader_FloodsWithSettlesOfNothing_IsCutOff(bool isAnswerWanted)
    {
        await using LeasedChannel<long> owner = await CrossChannel.CreateLeasedAsync<long>(Address, 1, hub: new() { Connection = new() { MaxEmptyFramesPerSecond = 20 } }).Done();
        await using RawPeer raw = await HubRaw.OpenReaderAsync<long>(owner.Address, 0, isLeased: true);
        byte[] settle = HubRaw.Settle(isAnswerWanted);
        await raw.TrySendAsync([.. Enumerable.Range(0, 60).SelectMany(_ => settle)]);
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, "MaxEmptyFramesPerSecond");
    }

    /// <summary>Asking and taking it back is allowed as often as other frames that say nothing new, and costs the hub no memory.</summary>
    [TestMethod]
    public async Task Writer_AsksAndWithdrawsManyTimes_IsServedOnceInTheEnd()
    {
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(Address, 1, hub: new() { Connection = new() { MaxEmptyFramesPerSecond = 600 } }).Done();
        Assert.IsTrue(owner.Writer.TryWrite(1));
        await using RawPeer raw = await HubRaw.OpenWriterAsync<long>(owner.Address);
        byte[] pair = [.. Wire.Counter(FrameType.Want, 0), .. Wire.Counter(FrameType.WantWithdrawn, 0)];
        await raw.SendAsync([.. Enumerable.Range(0, 500).SelectMany(_ => pair)], Wire.Counter(FrameType.Want, 0));
        await raw.SendAsync(Wire.Counter(FrameType.Ping, 1));
        await raw.ReadFrameAsync(FrameType.Pong);
        Assert.AreEqual(1, await owner.Reader.ReadAsync().Done());
        RawPeer.Frame credit = await raw.ReadFrameAsync(FrameType.Credit);
        Assert.AreEqual(1, CreditFrame.Read(credit.Body).Items);
    }

    [TestMethod]
    public async Task Reader_TakesSmallerItemsThanTheChannelHas_IsToldSo()
    {
        await using SharedChannel<string> owner = await CrossChannel.CreateBoundedAsync<string>(Address, 8).Done();
        await using RawPeer raw = await HubRaw.OpenReaderAsync<string>(owner.Address, 1, maxItemBytes: 100);
        ReasonFrame reason = await raw.ReadLastWordsAsync(FrameType.Abort);
        StringAssert.Contains(reason.Text, "MaxItemBytes");
    }

    private static async Task ReadItemsAsync(RawPeer raw, int count)
    {
        while (count > 0)
        {
            RawPeer.Frame frame = await raw.ReadFrameAsync(FrameType.Items);
            count -= (int)ItemsHeader.Read(frame.Body).Count;
        }
        Assert.AreEqual(0, count);
    }

    private static async Task AssertLivesAsync(SharedChannel<long> owner)
    {
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(owner.Address).Done();
        for (int i = 0; i < 10; i++)
        {
            await writer.WriteAsync(i).Done();
            Assert.AreEqual(i, await reader.ReadAsync().Done());
        }
        writer.Complete();
        await reader.Completion.Done();
    }
}
