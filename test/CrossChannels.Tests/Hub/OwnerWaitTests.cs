using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Tests.Links;

namespace CrossChannels.Tests.Hub;

/// <summary>Writes of the owner that wait for slots and for bytes at once.</summary>
[TestClass]
public sealed class OwnerWaitTests
{
    /// <summary>A slot is kept for the owner, who cannot use it for want of bytes; when these are there, it serves one of two that wait.</summary>
    [TestMethod]
    public async Task Write_BytesComeBackForOneOfTwo_TheOtherGetsTheNextSlot()
    {
        ItemContract contract = ItemCodec.Create(new ItemOptions<long>()).Contract;
        var budget = new HubBudget(1000);
        var channel = new QueueChannel("items", new QueueOptions(contract, 2, 1 << 20, 1 << 20, CompletionPolicy.AnyWriter, new HubOptions { MaxBytes = 1000 }), budget);
        Link writer = Attach(channel, contract);
        Assert.IsTrue(channel.OwnerWrites.TryAccept(1L));
        Assert.IsTrue(channel.OwnerWrites.TryAccept(2L));
        Assert.IsFalse(channel.OwnerWrites.TryAccept(3L));
        Assert.AreEqual(1, Take(channel));
        Assert.AreEqual((1L, 1L), (channel.Writers.Occupied, channel.Writers.Promised), "a slot is kept for who has looked");
        budget.Charge(1000);
        byte[] item = BitConverter.GetBytes(4L);
        Task first = channel.OwnerWrites.AcceptAsync(item, isNull: false, CancellationToken.None).AsTask();
        Task second = channel.OwnerWrites.AcceptAsync(item, isNull: false, CancellationToken.None).AsTask();
        Assert.IsTrue(budget.Charge(-1000));
        budget.TellFreed();
        await first.Done();
        Assert.IsFalse(second.IsCompleted);
        Assert.AreEqual(2, Take(channel));
        await second.Done();
        writer.Abort(null);
    }

    private static long Take(QueueChannel channel)
    {
        Assert.IsTrue(channel.OwnerReads.TryTake(out long item));
        return item;
    }

    private static Link Attach(QueueChannel channel, ItemContract contract)
    {
        var hello = new Hello
        {
            Role = (byte)LinkRole.Writer,
            Channel = channel.Name,
            Writes = new HelloContract(contract.ContentType, contract.Name, contract.ElementSize, contract.Layout),
            Reads = new HelloContract("none", "", 0, ""),
        };
        return channel.Attach(new HubRequest(hello, new ScriptedInput(), new CollectingOutput(), new LinkPeer("nobody", null, null, null)));
    }
}
