using System.Runtime.Versioning;
using CrossChannels.Protocol;
using CrossChannels.SharedMemory;
using CrossChannels.Tests.Faults;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>What a remote writer has flushed is in the hub's channel, where the owner finds it, also if nobody looked at the writer's lane.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class FlushedItemsTests
{
    private static readonly HubOptions s_still = new() { Connection = new() { TimeProvider = new ManualTimeProvider() }, DrainTimeout = TimeSpan.Zero };

    /// <summary>The lane of a new writer is parked, so that its first item rings.</summary>
    [TestMethod]
    public async Task FirstItem_IsFlushed_TheOwnerFindsIt()
    {
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(ChannelAddress.SharedMemory(TransportTest.UniqueName()), 8, hub: s_still).Done();
        for (long round = 0; round < 50; round++)
        {
            await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
            await writer.WriteAsync(round).Done();
            await writer.FlushAsync().Done();
            Assert.IsTrue(owner.Reader.TryRead(out long item), $"in round {round}");
            Assert.AreEqual(round, item);
        }
    }

    /// <summary>The ring may still be on its way when the hub is asked.</summary>
    [TestMethod]
    public async Task HubIsAskedBeforeItIsRung_ItLooksAtTheLaneAndAnswers()
    {
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(ChannelAddress.SharedMemory(TransportTest.UniqueName()), 8, hub: s_still).Done();
        using LanePeer peer = await LanePeer.WriteToHubAsync<long>(owner.Address);
        LaneEnd lane = peer.Theirs!;
        var writer = new LaneWriter(lane.Segment, lane.Layout, isFenceShared: false);
        await Wait.Until(() => writer.TryWrite(7L), "the writer is to get its first credit");
        Assert.IsFalse(owner.Reader.TryRead(out _), "nobody has told the hub");
        await peer.SendAsync(Wire.Counter(FrameType.Flush, 1));
        await peer.ReadAsync(FrameType.Received);
        Assert.IsTrue(owner.Reader.TryRead(out long item));
        Assert.AreEqual(7, item);
    }
}
