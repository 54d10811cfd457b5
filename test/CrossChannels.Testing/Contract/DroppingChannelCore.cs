using System.Threading.Channels;

namespace CrossChannels.Testing;

/// <summary>The core of the contract, and of channels whose full modes drop.</summary>
public abstract class DroppingChannelCore : ChannelCore
{
    [TestMethod]
    [DataRow(BoundedChannelFullMode.DropOldest, "3 4 5", "0 1 2")]
    [DataRow(BoundedChannelFullMode.DropNewest, "0 1 5", "2 3 4")]
    [DataRow(BoundedChannelFullMode.DropWrite, "0 1 2", "3 4 5")]
    public async Task FullMode_Drops(BoundedChannelFullMode mode, string kept, string dropped)
    {
        List<int> reported = [];
        await using Ends<int> ends = await OpenAsync(new BoundedChannelOptions(3) { FullMode = mode }, reported.Add);
        for (int i = 0; i < 6; i += 2)
        {
            Assert.IsTrue(ends.Writer.TryWrite(i));
            Assert.IsTrue(await ends.Writer.WaitToWriteAsync().Done());
            await ends.Writer.WriteAsync(i + 1).Done();
        }
        await ends.ArriveAsync();
        Assert.AreEqual(3, ends.Reader.Count);
        Assert.AreEqual(dropped, string.Join(' ', reported));
        ends.Writer.Complete();
        Assert.AreEqual(kept, string.Join(' ', await ReadAllAsync(ends.Reader).Done()));
    }
}
