using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Tests.Faults;
using CrossChannels.Tests.Links;

namespace CrossChannels.Tests.Hub.Faults;

/// <summary>What comes from an end that is over changes nothing.</summary>
[TestClass]
public sealed class LateWordsTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    /// <summary>What a reader gave back by closing is not read by it any more, so that its slots stay taken.</summary>
    [TestMethod]
    [DataRow("report")]
    [DataRow("finished")]
    public async Task LeasedReader_CountsItemsAfterItClosed_FreesNoSlot(string what)
    {
        await using LeasedChannel<long> owner = await CrossChannel.CreateLeasedAsync<long>(Address, 4).Done();
        Assert.AreEqual(4, owner.Writer.TryWriteMany([1, 2, 3, 4]));
        await using RawPeer raw = await HubRaw.OpenReaderAsync<long>(owner.Address, 4, isLeased: true);
        for (int count = 0; count < 4;)
            count += (int)ItemsHeader.Read((await raw.ReadFrameAsync(FrameType.Items)).Body).Count;
        Assert.AreEqual(0, owner.Reader.Count);
        await raw.TrySendAsync(
            Wire.Reason(FrameType.ReceiveClosing),
            Wire.Counter(what == "report" ? FrameType.Report : FrameType.ReceiveFinished, 4));
        raw.EndSending();
        await raw.WaitForEndAsync();
        Assert.AreEqual(4, owner.Reader.Count);
        Assert.IsFalse(owner.Writer.TryWrite(5), "the channel holds its capacity");
    }

    [TestMethod]
    public async Task Reader_ReportsAfterItClosed_LinkEndsInOrder()
    {
        var log = new LogList();
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(Address, 4, hub: new() { Connection = new() { Logger = log } }).Done();
        Assert.AreEqual(4, owner.Writer.TryWriteMany([1, 2, 3, 4]));
        await using RawPeer raw = await HubRaw.OpenReaderAsync<long>(owner.Address, 4);
        await raw.ReadFrameAsync(FrameType.Items);
        await raw.SendAsync(Wire.Reason(FrameType.ReceiveClosing), Wire.Counter(FrameType.Report, 4));
        raw.EndSending();
        await raw.WaitForEndAsync();
        Assert.AreEqual(0, log.Count("Ended"));
        Assert.AreEqual(4, owner.Reader.Count);
        Assert.IsFalse(owner.Writer.TryWrite(5), "the channel holds its capacity");
    }

    /// <summary>A link that is given up while its greeting is being judged promises no slot, or nobody would ever get that one.</summary>
    [TestMethod]
    public void Writer_IsGivenUpWhileItGreets_KeepsNoSlot()
    {
        QueueChannel channel = MakeChannel(1, CompletionPolicy.AnyWriter);
        WriterPort port = MakeWriter(channel);
        port.Account.Link.GiveUp("too late");
        port.Meet(new Hello { Writes = new HelloContract("none", "", 0, ""), Reads = new HelloContract("none", "", 0, "") });
        Assert.AreEqual(0, port.FirstCredit.Items);
        Assert.AreEqual(1, channel.Writers.Free);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task LastWriter_OneIsGivenUpWhileItGreets_IsNotWaitedFor(bool isGreetingHeard)
    {
        QueueChannel channel = MakeChannel(8, CompletionPolicy.LastWriter(1, lostWriters: WriterLossPolicy.Ignore));
        var hello = new Hello { Writes = new HelloContract("none", "", 0, ""), Reads = new HelloContract("none", "", 0, "") };
        WriterPort late = MakeWriter(channel);
        if (isGreetingHeard)
            late.Meet(hello);
        late.Account.Link.GiveUp("too late");
        if (!isGreetingHeard)
            late.Meet(hello);
        WriterPort last = MakeWriter(channel);
        last.Account.Link.Meet(1, hello);
        last.Account.Link.OnPeerDone(FrameType.Complete, 0, EndingKind.Completed, null);
        await channel.Lifecycle.Over.Done("one writer came and completed, and the other is gone");
        Assert.IsNull(channel.Lifecycle.ReaderClosure!.Error);
    }

    private static QueueChannel MakeChannel(long capacity, CompletionPolicy policy) =>
        new("items", new QueueOptions(Contract, capacity, 1 << 20, 1 << 20, policy, HubOptions.Default), new HubBudget(1 << 20));

    private static ItemContract Contract => ItemCodec.Create(new ItemOptions<long>()).Contract;

    /// <summary>A writer whose link has begun, and has not greeted.</summary>
    private static WriterPort MakeWriter(QueueChannel channel)
    {
        var hello = new Hello
        {
            Role = (byte)LinkRole.Writer,
            Channel = "items",
            Writes = new HelloContract(Contract.ContentType, Contract.Name, Contract.ElementSize, Contract.Layout),
            Reads = new HelloContract("none", "", 0, ""),
        };
        return (WriterPort)channel.Attach(new HubRequest(hello, new ScriptedInput(), new CollectingOutput(), new LinkPeer("nobody", null, null, null))).Receiver;
    }
}
