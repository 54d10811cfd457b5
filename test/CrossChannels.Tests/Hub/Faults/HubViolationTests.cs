using System.Threading.Channels;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>What no correct peer says to a hub ends that peer's link, and nothing else.</summary>
[TestClass]
public sealed class HubViolationTests
{
    [TestMethod]
    public async Task Writer_SendsBatchWhoseCountAndLengthsDisagree_NoReaderSeesItOthersGoOn()
    {
        await using RawHub raw = await RawHub.StartAsync();
        SharedChannel<string> channel = raw.Hub.CreateBounded<string>("texts", 8);
        await using CrossChannelReader<string> reader = await CrossChannel.OpenReaderAsync<string>(raw.Address("texts")).Done();
        foreach (byte[] bad in new[]
        {
            Wire.Items(0, 1, 0, [.. Wire.Item([65]), .. Wire.Item([66])]),
            Wire.Items(0, 1, 0, BitConverter.GetBytes(100)),
            Wire.Items(0, 1, 0, [.. BitConverter.GetBytes(5), 65]),
        })
        {
            await using RawPeer writer = await raw.ConnectWriterAsync<string>("texts");
            await writer.SendAsync(bad);
            Assert.AreEqual(ReasonCode.Violation, (await writer.ReadLastWordsAsync(FrameType.Abort)).Code);
        }
        await using CrossChannelWriter<string> good = await CrossChannel.OpenWriterAsync<string>(raw.Address("texts")).Done();
        await good.WriteAsync("good").Done();
        Assert.AreEqual("good", await reader.ReadAsync().Done());
        Assert.AreEqual(0, channel.Reader.Count);
    }

    [TestMethod]
    [DataRow("complete")]
    [DataRow("items")]
    [DataRow("finished")]
    public async Task Writer_SpeaksAfterItsCompletion_FirstOutcomeStands(string what)
    {
        await using RawHub raw = await RawHub.StartAsync();
        SharedChannel<long> channel = raw.Hub.CreateBounded<long>("longs", 8);
        await using RawPeer writer = await raw.ConnectWriterAsync<long>("longs");
        await writer.SendAsync(Wire.Longs(0, 7), Wire.Complete(1), what switch
        {
            "complete" => Wire.Complete(1, CompletionOutcome.Error, "System.Exception", "changed its mind"),
            "items" => Wire.Longs(1, 8),
            _ => Wire.Counter(FrameType.SendFinished, 1),
        });
        Assert.AreEqual(ReasonCode.Violation, (await writer.ReadLastWordsAsync(FrameType.Abort)).Code);
        Assert.AreEqual(7, await channel.Reader.ReadAsync().Done());
        await channel.Reader.Completion.Done();
        Assert.AreEqual(EndingKind.Completed, channel.Reader.Ending!.Kind);
    }

    [TestMethod]
    public async Task Writer_SendsWithoutCredit_IsCutOffAndNothingIsQueued()
    {
        await using RawHub raw = await RawHub.StartAsync();
        SharedChannel<long> channel = raw.Hub.CreateBounded<long>("longs", 4);
        await using RawPeer writer = await raw.ConnectWriterAsync<long>("longs");
        await writer.SendAsync(Wire.Longs(0, 1, 2, 3, 4, 5));
        Assert.AreEqual(ReasonCode.Violation, (await writer.ReadLastWordsAsync(FrameType.Abort)).Code);
        Assert.AreEqual(0, channel.Reader.Count);
        for (int i = 0; i < 4; i++)
            Assert.IsTrue(channel.Writer.TryWrite(i), "Its credit is free again.");
    }

    [TestMethod]
    [DataRow("of another", 1, 1)]
    [DataRow("unknown", 5, 1)]
    [DataRow("twice", 0, 2)]
    public async Task Reader_SettlesWhatItDoesNotHold_IsCutOffAndItsLeasesComeAgain(string what, int first, int times)
    {
        await using RawHub raw = await RawHub.StartAsync();
        LeasedChannel<long> channel = raw.Hub.CreateLeased<long>("work", 8);
        await channel.Writer.WriteAsync(10).Done();
        await using RawPeer reader = await raw.ConnectReaderAsync<long>("work", 1, isLeased: true);
        await reader.ReadFrameAsync(FrameType.Items);
        await channel.Writer.WriteAsync(11).Done();
        Lease<long> owners = await channel.Reader.ReadAsync().Done();
        Assert.AreEqual(11, owners.Item, what);
        byte[] settle = Settle(first, SettleOutcome.Completed);
        await reader.SendAsync([Wire.Counter(FrameType.Report, 1), .. Enumerable.Repeat(settle, times)]);
        Assert.AreEqual(ReasonCode.Violation, (await reader.ReadLastWordsAsync(FrameType.Abort)).Code);
        owners.Complete();
        channel.Writer.Complete();
        if (times == 1)
        {
            Lease<long> again = await channel.Reader.ReadAsync().Done();
            Assert.AreEqual((10, 2), (again.Item, again.DeliveryCount));
            again.Complete();
        }
        await channel.Reader.Completion.Done();
    }

    [TestMethod]
    public async Task Reader_SettlesBeforeItSaidThatItHasRead_IsCutOff()
    {
        await using RawHub raw = await RawHub.StartAsync();
        LeasedChannel<long> channel = raw.Hub.CreateLeased<long>("work", 8);
        await using RawPeer reader = await raw.ConnectReaderAsync<long>("work", 1, isLeased: true);
        await channel.Writer.WriteAsync(10).Done();
        await reader.ReadFrameAsync(FrameType.Items);
        await reader.SendAsync(Settle(0, SettleOutcome.Abandoned));
        Assert.AreEqual(ReasonCode.Violation, (await reader.ReadLastWordsAsync(FrameType.Abort)).Code);
        Assert.AreEqual(10, (await channel.Reader.ReadAsync().Done()).Item);
    }

    [TestMethod]
    [DataRow("report")]
    [DataRow("reclaimed")]
    [DataRow("credit")]
    public async Task Reader_CountsWhatCannotBe_IsCutOffAndItsItemsComeAgain(string what)
    {
        await using RawHub raw = await RawHub.StartAsync();
        SharedChannel<long> channel = raw.Hub.CreateBounded<long>("longs", 8);
        await using RawPeer reader = await raw.ConnectReaderAsync<long>("longs", 1);
        await channel.Writer.WriteAsync(10).Done();
        await reader.ReadFrameAsync(FrameType.Items);
        byte[] reclaimed = new byte[ReclaimedFrame.Size];
        new ReclaimedFrame(0, 1).Write(reclaimed);
        await reader.SendAsync(what switch
        {
            "report" => Wire.Counter(FrameType.Report, 2),
            "reclaimed" => reclaimed,
            _ => Wire.Credit(0, 1 << 20),
        });
        Assert.AreEqual(ReasonCode.Violation, (await reader.ReadLastWordsAsync(FrameType.Abort)).Code);
        Assert.AreEqual(10, await channel.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Caller_SettlesTwiceOrTooOften_Throws()
    {
        await using RawHub raw = await RawHub.StartAsync();
        LeasedChannel<long> channel = raw.Hub.CreateLeased<long>("work", 8);
        LeasedReader<long> remote = await CrossChannel.OpenLeasedReaderAsync<long>(raw.Address("work")).Done();
        foreach (LeasedReader<long> reader in new[] { channel.Reader, remote })
        {
            await channel.Writer.WriteAsync(1).Done();
            Lease<long> lease = await reader.ReadAsync().Done();
            lease.Complete();
            Assert.ThrowsExactly<InvalidOperationException>(lease.Complete);
            Assert.ThrowsExactly<InvalidOperationException>(lease.Abandon);
            lease.Dispose();
            Assert.ThrowsExactly<InvalidOperationException>(reader.TaskDone);
        }
        await channel.Writer.WriteAsync(2).Done();
        Lease<long> open = await remote.ReadAsync().Done();
        await remote.DisposeAsync().Done();
        Assert.ThrowsExactly<ChannelClosedException>(open.Complete);
        Lease<long> again = await channel.Reader.ReadAsync().Done();
        Assert.AreEqual((2, 2), (again.Item, again.DeliveryCount));
    }

    private static byte[] Settle(long first, SettleOutcome outcome)
    {
        byte[] frame = new byte[FrameHeader.Size + SettleFrame.LeastSize + SettleFrame.RangeSize];
        SettleFrame.Write(frame, isAnswerWanted: false, [new SettleRange(first, 1, outcome)]);
        return frame;
    }
}
