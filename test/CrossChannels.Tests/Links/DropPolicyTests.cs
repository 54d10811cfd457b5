using System.Threading.Channels;
using CrossChannels.Links;

namespace CrossChannels.Tests.Links;

/// <summary>When a channel that drops is full: by its number of items, or by their bytes.</summary>
[TestClass]
public sealed class DropPolicyTests
{
    [TestMethod]
    public void Append_BytesExactlyAtTheLimit_DropsNothingAndTheNextItemDoes()
    {
        var policy = new DropPolicy(BoundedChannelFullMode.DropOldest, Capacity: 10, MaxBytes: 2 * sizeof(long), static _ => { });
        var queue = new ItemQueue(sizeof(long), itemwise: true);
        List<ItemSlice> dropped = [];
        long unread = 0;
        Assert.AreEqual(0, policy.Append(queue, BitConverter.GetBytes(1L), ref unread, dropped));
        Assert.AreEqual(0, policy.Append(queue, BitConverter.GetBytes(2L), ref unread, dropped));
        Assert.AreEqual((2, 16L), (queue.Count, unread));
        Assert.AreEqual(1, policy.Append(queue, BitConverter.GetBytes(3L), ref unread, dropped));
        Assert.AreEqual((2, 16L), (queue.Count, unread));
        Assert.AreEqual(1, BitConverter.ToInt64(dropped[0].Span));
        dropped[0].Release();
        queue.Clear();
    }
}
