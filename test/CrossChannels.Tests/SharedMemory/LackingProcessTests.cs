using System.Runtime.Versioning;
using System.Threading.Channels;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>Processes that cannot have a segment: their items go over the socket, and the log says why.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class LackingProcessTests
{
    [TestMethod]
    [DataRow("forbidden", DisplayName = "a filter of the kernel forbids memfd_create")]
    [DataRow("unknown", DisplayName = "the kernel has no memfd_create")]
    [DataRow("file-size", DisplayName = "the limit of file sizes is low")]
    public async Task NoSegment_GoesOverTheSocket(string how)
    {
        // A capacity of which each direction's segment is beyond the limits that the child sets.
        DuplexChannelOptions<long, long> options = new() { Reading = new BoundedChannelOptions(16 << 20) };
        await using DuplexChannelListener<long, long> listener = await CrossChannel.ListenAsync(TransportTest.UniqueName(), options).Done();
        await using ChildProcess child = ChildProcess.Start("lack-segments", how, listener.Address.ToString());
        await using DuplexChannel<long, long> channel = await listener.AcceptAsync().Done();
        Assert.IsFalse(channel.Peer!.IsSharedMemory);
        Assert.AreEqual("False 1", await child.ReadLineAsync());
        for (long i = 0; i < 1000; i++)
        {
            await channel.Writer.WriteAsync(i).Done();
            Assert.AreEqual(i + 1, await channel.Reader.ReadAsync().Done());
        }
        channel.Writer.Complete();
        Assert.IsFalse(await channel.Reader.WaitToReadAsync().Done());
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }
}
