using System.Threading.Channels;

namespace CrossChannels.Tests.Hub;

/// <summary>The program's own code within a channel that drops or orders: what it throws harms one item at most.</summary>
[TestClass]
public sealed class PumpedUserCodeTests
{
    /// <summary>As where what is dropped goes to another channel, which is over.</summary>
    [TestMethod]
    public async Task ItemDropped_ThrowsChannelClosed_IsNotTakenForTheEndOfThisChannel()
    {
        var options = new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest };
        var log = new LogList();
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(options, _ => throw new ChannelClosedException(), hub: new() { Connection = new() { Logger = log } });
        await using DuplexChannel<int, NoItem> remote = await hub.OpenWriterAsync();
        for (int i = 1; i <= 3; i++)
        {
            await remote.Writer.WriteAsync(i).Done();
            await remote.Writer.FlushAsync().Done();
        }
        await Wait.Until(() => log.Count("ItemDroppedFailed") == 2);
        Task join = hub.Writer.JoinAsync().AsTask();
        Assert.IsFalse(join.IsCompleted);
        Assert.AreEqual(3, await hub.Reader.ReadAsync().Done());
        await join.Done();
        await remote.Writer.JoinAsync().Done();
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Comparer_Throws_NoItemIsLostOrMadeUp(bool isRemote)
    {
        var log = new LogList();
        var options = new UnboundedPrioritizedChannelOptions<int> { Comparer = new Fussy() };
        await using PumpedHub<int> hub = await PumpedHub.StartAsync<int>(options, hub: new() { Connection = new() { Logger = log } });
        await using DuplexChannel<int, NoItem> remote = await hub.OpenWriterAsync();
        int[] items = [13, 5, 4, 3, 2, 1];
        foreach (int item in items)
        {
            if (isRemote)
                await remote.Writer.WriteAsync(item).Done();
            else if (item == 5)
                Assert.ThrowsExactly<InvalidOperationException>(() => hub.Writer.TryWrite(item));
            else if (item == 4)
                await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => hub.Writer.WriteAsync(item).Done());
            else
                Assert.IsTrue(TryWrite(item));
        }
        if (isRemote)
            await remote.Writer.FlushAsync().Done();
        await Wait.Until(() => hub.Reader.Count == items.Length);
        Task join = hub.Writer.JoinAsync().AsTask();
        List<int> read = [];
        while (hub.Reader.TryRead(out int item))
            read.Add(item);
        await join.Done();
        CollectionAssert.AreEquivalent(items, read);
        Assert.IsTrue(log.Count("ComparerFailed") > 0);

        bool TryWrite(int item)
        {
            try
            {
                return hub.Writer.TryWrite(item);
            }
            catch (InvalidOperationException)
            {
                return true;
            }
        }
    }

    private sealed class Fussy : IComparer<int>
    {
        public int Compare(int x, int y) => x == 13 || y == 13 ? throw new InvalidOperationException("bad luck") : x.CompareTo(y);
    }
}
