using System.Runtime.Versioning;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>At which addresses, and with which options, items cross by shared memory.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class AutomaticLaneTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task BareName_BothEndsCan_CrossesBySharedMemory() =>
        Assert.IsTrue(await IsLaneAsync(TransportTest.UniqueName()));

    [TestMethod]
    public async Task PipeName_OffWindowsABareName_CrossesBySharedMemory() =>
        Assert.IsTrue(await IsLaneAsync(ChannelAddress.Pipe(TransportTest.UniqueName())));

    [TestMethod]
    public async Task PathThatTheListenerResolved_CountsAsItsName()
    {
        await using DuplexChannelListener<NoItem, long> listener = await CrossChannel.ListenAsync<NoItem, long>(TransportTest.UniqueName()).Done();
        Assert.AreEqual(ChannelScheme.Unix, listener.Address.Scheme);
        await using DuplexChannel<long, NoItem> writing = await CrossChannel.ConnectAsync<long, NoItem>(listener.Address).Done();
        Assert.IsTrue(writing.Peer!.IsSharedMemory);
    }

    [TestMethod]
    [DataRow(SharedMemoryUse.Automatic, SharedMemoryUse.Automatic, false)]
    [DataRow(SharedMemoryUse.WherePossible, SharedMemoryUse.Automatic, false)]
    [DataRow(SharedMemoryUse.Automatic, SharedMemoryUse.WherePossible, false)]
    [DataRow(SharedMemoryUse.WherePossible, SharedMemoryUse.WherePossible, true)]
    public async Task UnixPath_OnlyWhereBothEndsAskForIt(SharedMemoryUse listening, SharedMemoryUse connecting, bool isLane) =>
        Assert.AreEqual(isLane, await IsLaneAsync(ChannelAddress.Unix(_directory["socket"]), listening, connecting));

    [TestMethod]
    [DataRow(SharedMemoryUse.Never, SharedMemoryUse.Automatic)]
    [DataRow(SharedMemoryUse.Automatic, SharedMemoryUse.Never)]
    [DataRow(SharedMemoryUse.Never, SharedMemoryUse.Never)]
    public async Task BareName_OneEndNever_GoesOverTheSocket(SharedMemoryUse listening, SharedMemoryUse connecting) =>
        Assert.IsFalse(await IsLaneAsync(TransportTest.UniqueName(), listening, connecting));

    [TestMethod]
    public async Task SharedMemoryAddress_Never_IsRefusedAtBothEnds()
    {
        ChannelAddress address = ChannelAddress.SharedMemory(TransportTest.UniqueName());
        ConnectionOptions never = new() { SharedMemory = SharedMemoryUse.Never };
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(() => CrossChannel.ListenAsync<NoItem, long>(address, new() { Connection = never }).Done());
        StringAssert.Contains(e.Message, "SharedMemory is Never");
        await Assert.ThrowsExactlyAsync<EndpointException>(() => CrossChannel.ConnectAsync<long, NoItem>(address, new() { Connection = never }).Done());
    }

    [TestMethod]
    public async Task MemoryAddress_IsNone() => Assert.IsFalse(await IsLaneAsync(ChannelAddress.Memory(TransportTest.UniqueName())));

    /// <summary>Opens a link, sends an item, and looks at what both ends say.</summary>
    private static async Task<bool> IsLaneAsync(
        ChannelAddress address, SharedMemoryUse listening = SharedMemoryUse.Automatic, SharedMemoryUse connecting = SharedMemoryUse.Automatic)
    {
        await using DuplexChannelListener<NoItem, long> listener =
            await CrossChannel.ListenAsync<NoItem, long>(address, new() { Connection = new() { SharedMemory = listening } }).Done();
        await using DuplexChannel<long, NoItem> writing =
            await CrossChannel.ConnectAsync<long, NoItem>(address, new() { Connection = new() { SharedMemory = connecting } }).Done();
        await using DuplexChannel<NoItem, long> reading = await listener.AcceptAsync().Done();
        Assert.AreEqual(writing.Peer!.IsSharedMemory, reading.Peer!.IsSharedMemory);
        await writing.Writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await reading.Reader.ReadAsync().Done());
        return reading.Peer.IsSharedMemory;
    }
}
