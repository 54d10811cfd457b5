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

    /// <summary>Who makes the segment is who reads: a hub of what its writers write, and a reader.</summary>
    [TestMethod]
    [DataRow("forbidden")]
    [DataRow("file-size")]
    public async Task HubWithoutSegments_ItsWritersGoOverTheSocket_AndItsReadersByTheirs(string how)
    {
        string name = TransportTest.UniqueName();
        await using ChildProcess hub = ChildProcess.Start("own-hub-without-segments", how, name);
        Assert.AreEqual("owns", await hub.ReadLineAsync());
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>($"{name}#longs").Done();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>($"{name}#longs").Done();
        ChannelStatus status = await CrossChannel.GetChannelStatusAsync($"{name}#longs").Done();
        Assert.IsFalse(status.Writers.Single().IsSharedMemory);
        Assert.IsTrue(status.Readers.Single().IsSharedMemory);
        for (long i = 0; i < 1000; i++)
        {
            await writer.WriteAsync(i).Done();
            Assert.AreEqual(i, await reader.ReadAsync().Done());
        }
        hub.Input.Close();
        Assert.AreEqual("1", await hub.ReadLineAsync());
        Assert.AreEqual(0, await hub.WaitForExitAsync());
    }

    [TestMethod]
    [DataRow("forbidden")]
    [DataRow("file-size")]
    public async Task EndsWithoutSegments_ReaderGoesOverTheSocket_AndWriterByTheHubs(string how)
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(TransportTest.UniqueName()).Done();
        SharedChannel<long> there = hub.CreateBounded<long>("there", 8), back = hub.CreateBounded<long>("back", 8);
        await using ChildProcess child = ChildProcess.Start("use-hub-without-segments", how, hub.Address.ToString());
        Assert.AreEqual("open 1", await child.ReadLineAsync());
        IReadOnlyList<ChannelStatus> channels = hub.GetStatus().Channels;
        Assert.IsFalse(channels.Single(static channel => channel.Name == "there").Readers.Single().IsSharedMemory);
        Assert.IsTrue(channels.Single(static channel => channel.Name == "back").Writers.Single().IsSharedMemory);
        for (long i = 0; i < 1000; i++)
        {
            await there.Writer.WriteAsync(i).Done();
            Assert.AreEqual(i + 1, await back.Reader.ReadAsync().Done());
        }
        there.Writer.Complete();
        await back.Reader.Completion.Done();
        Assert.AreEqual(0, await child.WaitForExitAsync());
    }
}
