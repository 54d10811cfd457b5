using System.Diagnostics;
using System.Runtime.Versioning;
using System.Threading.Channels;
using CrossChannels.Tests.Hub;
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

    [TestMethod]
    public async Task HubAtABareName_ItsEndsCrossBySharedMemory()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(TransportTest.UniqueName()).Done();
        SharedChannel<long> plain = hub.CreateBounded<long>("plain", 8);
        LeasedChannel<string> leased = hub.CreateLeased<string>("leased", 8);
        await using (DuplexChannel<long, NoItem> writing = await SharedEnds.OpenWriterAsync<long>(plain.Address).Done())
        await using (DuplexChannel<NoItem, long> reading = await SharedEnds.OpenReaderAsync<long>(plain.Address).Done())
        {
            Assert.IsTrue(writing.Peer!.IsSharedMemory && reading.Peer!.IsSharedMemory);
            await writing.Writer.WriteAsync(7).Done();
            Assert.AreEqual(7, await reading.Reader.ReadAsync().Done());
        }
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync<string>(leased.Address).Done();
        await using LeasedReader<string> reader = await CrossChannel.OpenLeasedReaderAsync<string>(leased.Address).Done();
        await writer.WriteAsync("seven").Done();
        using Lease<string> lease = await reader.ReadAsync().Done();
        Assert.AreEqual("seven", lease.Item);
        ChannelStatus status = await CrossChannel.GetChannelStatusAsync(leased.Address).Done();
        Assert.IsTrue(status.Writers.Single().IsSharedMemory && status.Readers.Single().IsSharedMemory);
        Assert.AreEqual(2, status.Lanes);
        lease.Complete();
    }

    [TestMethod]
    [DataRow(SharedMemoryUse.Never, SharedMemoryUse.Automatic)]
    [DataRow(SharedMemoryUse.Automatic, SharedMemoryUse.Never)]
    public async Task HubAtABareName_OneEndNever_GoesOverTheSocket(SharedMemoryUse hub, SharedMemoryUse ends) =>
        Assert.AreEqual(0, await CountHubLanesAsync(TransportTest.UniqueName(), hub, ends));

    [TestMethod]
    [DataRow(SharedMemoryUse.Automatic, SharedMemoryUse.Automatic, 0)]
    [DataRow(SharedMemoryUse.WherePossible, SharedMemoryUse.Automatic, 0)]
    [DataRow(SharedMemoryUse.Automatic, SharedMemoryUse.WherePossible, 0)]
    [DataRow(SharedMemoryUse.WherePossible, SharedMemoryUse.WherePossible, 2)]
    public async Task HubAtAUnixPath_OnlyWhereBothEndsAskForIt(SharedMemoryUse hub, SharedMemoryUse ends, int lanes) =>
        Assert.AreEqual(lanes, await CountHubLanesAsync(ChannelAddress.Unix(_directory["socket"]), hub, ends));

    [TestMethod]
    public async Task HubAtASharedMemoryAddress_Never_IsRefused()
    {
        HubOptions never = new() { Connection = new() { SharedMemory = SharedMemoryUse.Never } };
        EndpointException e = await Assert.ThrowsExactlyAsync<EndpointException>(
            () => ChannelHub.StartAsync(ChannelAddress.SharedMemory(TransportTest.UniqueName()), never).Done());
        StringAssert.Contains(e.Message, "SharedMemory is Never");
    }

    /// <summary>What drops, or orders by priority, holds its items as objects.</summary>
    [TestMethod]
    public async Task HubAtABareName_ChannelThatDrops_GoesOverTheSocket()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(TransportTest.UniqueName()).Done();
        SharedChannel<long> channel = hub.CreateBounded<long>("c", new BoundedChannelOptions(2) { FullMode = BoundedChannelFullMode.DropOldest });
        await using DuplexChannel<long, NoItem> writing = await SharedEnds.OpenWriterAsync<long>(channel.Address).Done();
        await using DuplexChannel<NoItem, long> reading = await SharedEnds.OpenReaderAsync<long>(channel.Address).Done();
        Assert.IsFalse(writing.Peer!.IsSharedMemory || reading.Peer!.IsSharedMemory);
        await writing.Writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await reading.Reader.ReadAsync().Done());
    }

    /// <summary>Traces go with items over a connection only: where nobody asked for shared memory, they are worth more.</summary>
    [TestMethod]
    [DoNotParallelize]
    [DataRow(false, 0)]
    [DataRow(true, 2)]
    public async Task SomebodyListensToTraces_LeasedEndsUseSharedMemoryOnlyIfAsked(bool isAsked, int lanes)
    {
        string name = TransportTest.UniqueName();
        await using LeasedChannel<long> owner = await CrossChannel.CreateLeasedAsync<long>(isAsked ? ChannelAddress.SharedMemory(name) : name, 8).Done();
        using var listener = new ActivityListener { ShouldListenTo = static source => source.Name == "CrossChannels", Sample = static (ref _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        using Activity trace = new Activity("test").Start();
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(owner.Address).Done();
        await using LeasedReader<long> reader = await CrossChannel.OpenLeasedReaderAsync<long>(owner.Address).Done();
        await writer.WriteAsync(7).Done();
        using Lease<long> lease = await reader.ReadAsync().Done();
        Assert.AreEqual(isAsked ? default : trace.TraceId, lease.TraceContext.TraceId);
        Assert.AreEqual(lanes, (await CrossChannel.GetChannelStatusAsync(owner.Address).Done()).Lanes);
        lease.Complete();
    }

    /// <summary>Has an item cross a hub, and asks it how many of the two ends use shared memory.</summary>
    private static async Task<int> CountHubLanesAsync(ChannelAddress address, SharedMemoryUse hub, SharedMemoryUse ends)
    {
        await using SharedChannel<long> owner = await CrossChannel.CreateBoundedAsync<long>(address, 8, hub: new HubOptions { Connection = new() { SharedMemory = hub } }).Done();
        ConnectionOptions connection = new() { SharedMemory = ends };
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(owner.Address, connection: connection).Done();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(owner.Address, connection: connection).Done();
        await writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await reader.ReadAsync().Done());
        return (await CrossChannel.GetChannelStatusAsync(owner.Address).Done()).Lanes;
    }

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
