using System.Runtime.Versioning;
using CrossChannels.Tests.Hub;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>What is said of the lanes of a hub's writers only.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class HubLaneTests
{
    [TestMethod]
    public async Task Writers_GoByLanes_AndTheStatusSeesWhatTheyPublished()
    {
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(NewAddress(), 8).Done();
        Assert.AreEqual(ChannelScheme.SharedMemory, owner.Address.Scheme);
        await using var remote = new RemoteWriters<long>(await RemoteWriters.OpenAsync<long>(owner.Address, 3));
        await using DuplexChannel<long, NoItem> link = await SharedEnds.OpenWriterAsync<long>(owner.Address).Done();
        Assert.IsTrue(link.Peer!.IsSharedMemory);
        foreach (CrossChannelWriter<long> writer in remote.All)
            await writer.WriteAsync(1).Done();
        ChannelStatus status = await CrossChannel.GetChannelStatusAsync(owner.Address).Done();
        Assert.AreEqual(3, status.Depth);
    }

    /// <summary>What a stopped writer was granted and has not used is taken back without it.</summary>
    [TestMethod]
    public async Task WriterStopsWithCredit_OthersGetItAtOnce_AndItGoesOnAfterwards()
    {
        await using SharedChannel<long> channel = await CrossChannel.CreateBoundedAsync<long>(NewAddress(), 1, hub: new HubOptions { RevokeTimeout = Timeout.InfiniteTimeSpan }).Done();
        await using ChildProcess stopped = ChildProcess.Start("write-on-word", channel.Address.ToString());
        Assert.AreEqual("open", await stopped.ReadLineAsync());
        // Opening asks for one slot, and there is only one.
        await Signals.StopAsync(stopped);
        await using CrossChannelWriter<long> other = await CrossChannel.OpenWriterAsync<long>(channel.Address).Done();
        await other.WriteAsync(7).Done();
        Assert.AreEqual(7, await channel.Reader.ReadAsync().Done());
        Signals.Continue(stopped);
        await stopped.SayAsync("write");
        Assert.AreEqual("written", await stopped.ReadLineAsync());
        Assert.AreEqual(0, await channel.Reader.ReadAsync().Done());
    }

    private static ChannelAddress NewAddress() => ChannelAddress.SharedMemory(TransportTest.UniqueName());
}
