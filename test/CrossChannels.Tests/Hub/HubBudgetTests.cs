using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Hub;

/// <summary>A channel that is over takes nothing of what its hub may hold.</summary>
[TestClass]
public sealed class HubBudgetTests
{
    [TestMethod]
    [DataRow("read", 0)]
    [DataRow("read", 3)]
    [DataRow("leased", 0)]
    [DataRow("leased", 3)]
    [DataRow("queued", 3)]
    public async Task Close_WhateverWasLeft_IsFree(string what, int leftByReader)
    {
        // Bytes are charged in steps of 256, so that little is charged at once and little freed.
        var budget = new HubBudget(1 << 20);
        ItemContract contract = ItemCodec.Create(new ItemOptions<long>()).Contract;
        var options = new QueueOptions(contract, 100, 1 << 20, 1 << 20, CompletionPolicy.AnyWriter, new HubOptions { MaxBytes = 1 << 20 })
        {
            Leases = what == "leased" ? LeaseOptions.Default : null,
        };
        var channel = new QueueChannel("items", options, budget);
        for (long i = 0; i < 40; i++)
            Assert.IsTrue(channel.OwnerWrites.TryAccept(i));
        int reads = what == "queued" ? 0 : 40 - leftByReader;
        for (int i = 0; i < reads; i++)
        {
            Assert.IsTrue(channel.OwnerReads.TryClaim(out ItemSlice slice, out _, int.MaxValue, out _));
            slice.Release();
        }
        await channel.CloseAsync(TimeSpan.Zero).Done();
        Assert.AreEqual(0, budget.Held);
    }

    /// <summary>From a writer, over its link or its lane, that has not heard of the end yet.</summary>
    [TestMethod]
    public void Arrived_TheChannelIsOver_IsThrownAway()
    {
        var budget = new HubBudget(1 << 20);
        ItemContract contract = ItemCodec.Create(new ItemOptions<long>()).Contract;
        var channel = new QueueChannel("items", new QueueOptions(contract, 100, 1 << 20, 1 << 20, CompletionPolicy.AnyWriter, new HubOptions { MaxBytes = 1 << 20 }), budget);
        channel.Abort("enough");
        HubAfterLock after = default;
        using (channel.Sync.Enter())
        {
            channel.Queue.Append(new byte[8], 1);
            ((IQueueEvents)channel).OnArrived(1, 8, ref after);
            Assert.AreEqual(0, channel.Queue.Total);
        }
        channel.Run(ref after);
        Assert.AreEqual(0, budget.Held);
    }

    [TestMethod]
    public void Charge_FreesFromExactlyTheLimit_Tells()
    {
        var budget = new HubBudget(100);
        Assert.IsFalse(budget.Charge(100));
        Assert.IsTrue(budget.IsFull);
        Assert.IsTrue(budget.Charge(-1), "whoever waits for bytes is to be told");
        Assert.IsFalse(budget.IsFull);
        Assert.IsFalse(budget.Charge(-1), "it was free before");
    }

    [TestMethod]
    public async Task Close_LastStepWasSmall_IsFreeToo()
    {
        var budget = new HubBudget(1 << 20);
        ItemContract contract = ItemCodec.Create(new ItemOptions<byte[]>()).Contract;
        var hub = new HubOptions { MaxBytes = 1 << 20 };
        var channel = new QueueChannel("items", new QueueOptions(contract, 100, 1 << 20, 1 << 20, CompletionPolicy.AnyWriter, hub), budget);
        Assert.IsTrue(channel.OwnerWrites.TryAccept(new byte[300], isNull: false));
        Assert.IsTrue(channel.OwnerWrites.TryAccept(new byte[40], isNull: false));
        for (int i = 0; i < 2; i++)
        {
            Assert.IsTrue(channel.OwnerReads.TryClaim(out ItemSlice slice, out _, int.MaxValue, out _));
            slice.Release();
        }
        Assert.AreEqual(44, budget.Held, "what is charged in steps lags behind");
        await channel.CloseAsync(TimeSpan.Zero).Done();
        Assert.AreEqual(0, budget.Held);
    }

    /// <summary>A program that gets or makes a channel by trying leaves nothing behind when the name is taken.</summary>
    [TestMethod]
    [DataRow("channel")]
    [DataRow("leased")]
    [DataRow("declared")]
    public async Task Create_NameIsTaken_LeavesNothingBehind(string what)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync($"mem:{Guid.NewGuid():N}").Done();
        SharedChannel<int> first = hub.CreateBounded<int>("work", 1);
        var leases = new LeaseOptions { MaxDeliveries = 2 };
        for (int i = 0; i < 2; i++)
        {
            ArgumentException error = Assert.ThrowsExactly<ArgumentException>(() =>
            {
                if (what == "channel")
                    hub.CreateBounded<int>("work", 1);
                else if (what == "leased")
                    hub.CreateLeased<int>("work", 1, leases);
                else
                    hub.Declare("work", new System.Threading.Channels.BoundedChannelOptions(1), leases);
            });
            StringAssert.Contains(error.Message, "'work'");
        }
        Assert.HasCount(1, hub.GetStatus().Channels);
        Assert.AreEqual(1, hub.Budget.ChannelCount);
        await first.DisposeAsync().Done();
        await using LeasedChannel<int> second = hub.CreateLeased<int>("work", 1, leases);
        Assert.IsTrue(second.Writer.TryWrite(1));
    }
}
