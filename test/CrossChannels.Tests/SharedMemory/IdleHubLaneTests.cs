using System.Runtime.Versioning;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>What lanes of a hub cost on which nothing happens, and what becomes of them where files are short.</summary>
[TestClass]
[DoNotParallelize]
[SupportedOSPlatform("linux")]
public sealed class IdleHubLaneTests
{
    private const int Ends = 500;
    private const int PageBytes = 4096;

    /// <summary>Both ends of each lane are in this process, so that everything counts twice.</summary>
    [TestMethod]
    public async Task ThousandIdleLanes_HaveAFewPagesEach_NoDescriptor_AndNobodyLooksAtThem()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(TransportTest.UniqueName()).Done();
        SharedChannel<long> idle = hub.CreateBounded<long>("idle", 4 * Ends);
        SharedChannel<long> busy = hub.CreateBounded<long>("busy", 8);
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(busy.Address).Done();
        int mappings = Mappings.Count(Environment.ProcessId), files = CountFiles();
        long resident = Mappings.ResidentBytes();
        List<IAsyncDisposable> ends = [];
        for (int i = 0; i < Ends; i++)
        {
            CrossChannelWriter<long> one = await CrossChannel.OpenWriterAsync<long>(idle.Address).Done();
            ends.Add(one);
            // Used once, as everything that idles was.
            await one.WriteAsync(i).Done();
            ends.Add(await CrossChannel.OpenReaderAsync<long>(idle.Address).Done());
        }
        // Each came by a lane of its own, and only what comes by one lane is in order.
        var come = new HashSet<long>();
        while (come.Count < Ends)
            Assert.IsTrue(come.Add(await idle.Reader.ReadAsync().Done()));
        ChannelStatus before = Get(hub, "idle");
        Assert.AreEqual(2 * Ends, before.Lanes);
        Assert.IsLessThanOrEqualTo(2 * 2 * Ends, Mappings.Count(Environment.ProcessId) - mappings);
        // Two sockets a link, and what the connections of a moment ago may still have open.
        Assert.IsLessThan((2 * 2 * Ends) + 50, CountFiles() - files);
        Assert.IsLessThanOrEqualTo(2 * 2 * Ends * 3 * PageBytes, Mappings.ResidentBytes() - resident);

        // One that was still looked at when the last item was read is parked meanwhile, and then no more.
        await Wait.Until(
            async () =>
            {
                ChannelStatus start = Get(hub, "idle");
                for (int i = 0; i < 1000; i++)
                {
                    await writer.WriteAsync(i).Done();
                    Assert.AreEqual(i, await busy.Reader.ReadAsync().Done());
                }
                ChannelStatus end = Get(hub, "idle");
                return (start.LaneParkings, start.LaneDoorbells) == (end.LaneParkings, end.LaneDoorbells);
            },
            "nobody to look at the idle lanes");
        await Task.WhenAll(ends.Select(static end => end.DisposeAsync().AsTask())).Done();
        await Wait.Until(() => Mappings.Count(Environment.ProcessId) <= mappings);
    }

    [TestMethod]
    public async Task HubHasNoFilesLeft_LanesGoOn_AndTheNextEndGetsInLater()
    {
        string name = TransportTest.UniqueName();
        await using ChildProcess hub = ChildProcess.Start("own-hub-with-few-files", name);
        Assert.AreEqual("owns", await hub.ReadLineAsync());
        ConnectionOptions patient = new() { ConnectTimeout = Wait.Deadline, GreetingTimeout = Wait.Deadline };
        await using CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>($"{name}#longs", connection: patient).Done();
        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>($"{name}#longs", connection: patient).Done();
        await hub.SayAsync("hoard");
        Assert.AreEqual("hoard", await hub.ReadLineAsync());
        Task<CrossChannelReader<long>> next = CrossChannel.OpenReaderAsync<long>($"{name}#longs", connection: patient);
        for (long i = 0; i < 20; i++)
        {
            await writer.WriteAsync(i).Done();
            Assert.AreEqual(i, await reader.ReadAsync().Done());
        }
        await hub.SayAsync("release");
        Assert.AreEqual("release", await hub.ReadLineAsync());
        await using CrossChannelReader<long> later = await next.Done();
        // A descriptor that the hub had still open may have let the third in before, but not its lane, and then it goes over the socket.
        ChannelStatus status = await CrossChannel.GetChannelStatusAsync($"{name}#longs").Done();
        Assert.IsTrue(status.Writers.Single().IsSharedMemory && status.Readers[0].IsSharedMemory);
        Assert.HasCount(2, status.Readers);
        Assert.AreEqual(0, await hub.FinishAsync());
    }

    private static ChannelStatus Get(ChannelHub hub, string name) => hub.GetStatus().Channels.Single(channel => string.Equals(channel.Name, name, StringComparison.Ordinal));

    private static int CountFiles() => Directory.GetFiles("/proc/self/fd").Length;
}
