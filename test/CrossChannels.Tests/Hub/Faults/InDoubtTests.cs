namespace CrossChannels.Tests.Hub.Faults;

/// <summary>A leased reader dies: what it was handed counts against the limit of deliveries, and what only stood ready for it does not.</summary>
[TestClass]
public sealed class InDoubtTests
{
    private const int Total = 400;
    private const int Handed = 100;

    private readonly TempDirectory _directory = new();

    [TestCleanup]
    public void Clean() => _directory.Dispose();

    [TestMethod]
    public async Task ReaderIsKilled_WhatItWasHandedComesAgainAndNoneIsBuried()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(ChannelAddress.Unix(_directory["hub.sock"])).Done();
        LeasedChannel<long> work = hub.CreateLeased<long>("c", 1000, new LeaseOptions { MaxDeliveries = 1 });
        for (long number = 0; number < Total; number++)
            await work.Writer.WriteAsync(number).Done();
        await using (ChildProcess reader = ChildProcess.Start("read-on-word", work.Address.ToString(), "True"))
        {
            Assert.AreEqual("open", await reader.ReadLineAsync());
            for (int i = 0; i < Handed; i++)
                await reader.SayAsync("read");
            for (int i = 0; i < Handed; i++)
                Assert.AreEqual($"{i} 1", await reader.ReadLineAsync());
            await Wait.Until(() => Status(hub).Readers.Single().ItemsRead == Handed);
            await reader.KillAsync();
        }

        // Which of those that it had killed it is not known: all come again, each alone, and none is a dead letter.
        var again = new Dictionary<long, int>();
        work.Writer.Complete();
        await foreach (Lease<long> lease in work.Reader.ReadAllAsync())
        {
            again.Add(lease.Item, lease.DeliveryCount);
            lease.Complete();
        }
        Assert.IsFalse(work.DeadLetters!.Reader.TryRead(out _));
        CollectionAssert.AreEqual(Enumerable.Range(0, Total).Select(static number => (long)number).ToArray(), again.Keys.Order().ToArray());
        Assert.IsTrue(Enumerable.Range(0, Handed).All(number => again[number] == 2));
        Assert.IsTrue(again.Values.All(static count => count is 1 or 2));
    }

    private static ChannelStatus Status(ChannelHub hub) => hub.GetStatus().Channels.Single(static channel => channel.Name == "c");
}
