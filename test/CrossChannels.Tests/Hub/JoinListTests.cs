using CrossChannels.Hub;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Hub;

/// <summary>Joins that nobody waits for any more are forgotten, however long the channel goes on.</summary>
[TestClass]
public sealed class JoinListTests
{
    [TestMethod]
    public async Task Join_IsCanceled_IsForgotten()
    {
        ItemContract contract = ItemCodec.Create(new ItemOptions<long>()).Contract;
        var channel = new QueueChannel("items", new QueueOptions(contract, 8, 1 << 20, 1 << 20, CompletionPolicy.AnyWriter, HubOptions.Default), new HubBudget(1 << 20));
        Assert.IsTrue(channel.OwnerWrites.TryAccept(1L));
        using var source = new CancellationTokenSource();
        Task join = channel.OwnerWrites.JoinAsync(source.Token).AsTask();
        Task other = channel.OwnerWrites.JoinAsync(CancellationToken.None).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => join.Done());
        Assert.AreEqual(1, channel.Joining);
        Assert.IsTrue(channel.OwnerReads.TryTake(out long _));
        await other.Done();
        Assert.AreEqual(0, channel.Joining);
    }

    /// <summary>A join waits for the items of its time and for no others, also where some of an earlier one's were read in between.</summary>
    [TestMethod]
    public async Task Joins_OneAfterTheOther_EachEndsWithItsLastItem()
    {
        ItemContract contract = ItemCodec.Create(new ItemOptions<long>()).Contract;
        var channel = new QueueChannel("items", new QueueOptions(contract, 8, 1 << 20, 1 << 20, CompletionPolicy.AnyWriter, HubOptions.Default), new HubBudget(1 << 20));
        Write(3);
        Task first = channel.OwnerWrites.JoinAsync(CancellationToken.None).AsTask();
        Read(1);
        Write(2);
        Task second = channel.OwnerWrites.JoinAsync(CancellationToken.None).AsTask();
        Task third = channel.OwnerWrites.JoinAsync(CancellationToken.None).AsTask();
        // Counted at the channel: a task is done a moment later, so that one which is not done yet says nothing.
        Assert.AreEqual(3, channel.Joining);
        Read(1);
        Assert.AreEqual(3, channel.Joining);
        Read(1);
        Assert.AreEqual(2, channel.Joining);
        await first.Done();
        Write(1);
        Task fourth = channel.OwnerWrites.JoinAsync(CancellationToken.None).AsTask();
        Read(1);
        Assert.AreEqual(3, channel.Joining);
        Read(1);
        Assert.AreEqual(1, channel.Joining);
        await Task.WhenAll(second, third).Done();
        Read(1);
        Assert.AreEqual(0, channel.Joining);
        await fourth.Done();

        void Write(int count)
        {
            for (int i = 0; i < count; i++)
                Assert.IsTrue(channel.OwnerWrites.TryAccept((long)i));
        }

        void Read(int count)
        {
            for (int i = 0; i < count; i++)
                Assert.IsTrue(channel.OwnerReads.TryTake(out long _));
        }
    }

    /// <summary>Programs that come, write an item and go leave an item behind, and nothing else.</summary>
    [TestMethod]
    [DataRow("completes")]
    [DataRow("leaves")]
    [DataRow("joins")]
    public async Task Writer_IsGoneBeforeItsItemsAreRead_IsForgotten(string what)
    {
        await using var hub = await ChannelHub.StartAsync($"mem:{Guid.NewGuid():N}", new() { DrainTimeout = TimeSpan.Zero }).Done();
        SharedChannel<int> owner = hub.CreateUnbounded<int>("items", sharing: new() { Completion = CompletionPolicy.Owner });
        var channel = (QueueChannel)hub.Directory.Objects.Single();
        for (int i = 0; i < 3; i++)
        {
            await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(owner.Address).Done();
            await writer.WriteAsync(i).Done();
            if (what == "completes")
                writer.Complete();
            if (what == "joins")
            {
                Task join = writer.JoinAsync().AsTask();
                await Wait.Until(() => channel.Joining == 1);
                Assert.IsFalse(join.IsCompleted);
            }
        }
        await Wait.Until(() => channel.LinkCount == 0);
        Assert.AreEqual(0, channel.Joining);
        Assert.AreEqual(3, owner.Reader.Count);
    }
}
