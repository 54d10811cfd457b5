using System.Collections.Concurrent;
using System.Runtime.Versioning;
using CrossChannels.Links;
using CrossChannels.SharedMemory;
using CrossChannels.Tests.Faults;
using CrossChannels.Tests.Hub;
using CrossChannels.Tests.Transports;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>What is said of the lanes of a hub only.</summary>
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

    [TestMethod]
    public async Task Readers_GoByLanes()
    {
        await using SharedChannel<string?> owner = await CrossChannel.CreateBoundedAsync<string?>(NewAddress(), 8).Done();
        await using DuplexChannel<NoItem, string?> link = await SharedEnds.OpenReaderAsync<string?>(owner.Address).Done();
        Assert.IsTrue(link.Peer!.IsSharedMemory);
        foreach (string? text in (string?[])["one", null, "", new('x', 100_000)])
        {
            await owner.Writer.WriteAsync(text).Done();
            Assert.AreEqual(text, await link.Reader.ReadAsync().Done());
        }
    }

    /// <summary>Over a connection what a reader had not told of would come again, or count as a delivery.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ReaderKilled_WhatItWasHandedIsKnownExactly(bool isLeased)
    {
        const int Items = 60, Read = 25;
        await using ChannelHub hub = await ChannelHub.StartAsync(NewAddress()).Done();
        LeasedChannel<long>? leased = isLeased ? hub.CreateLeased<long>("c", Items) : null;
        SharedChannel<long>? plain = isLeased ? null : hub.CreateBounded<long>("c", Items);
        CrossChannelWriter<long> writer = leased?.Writer ?? plain!.Writer;
        for (long number = 0; number < Items; number++)
            await writer.WriteAsync(number).Done();
        await using ChildProcess child = ChildProcess.Start("read-on-word", hub.Address.WithChannel("c").ToString(), $"{isLeased}");
        Assert.AreEqual("open", await child.ReadLineAsync());
        for (int number = 0; number < Read; number++)
        {
            await child.SayAsync("read");
            Assert.AreEqual(isLeased ? $"{number} 1" : $"{number}", await child.ReadLineAsync());
        }
        await child.KillAsync();
        // Until the hub hears of it, its next reader gets what the dead one was not sent.
        await Wait.Until(() => hub.GetStatus().Channels.Single(static channel => channel.Name == "c").Readers.Count == 0, "the hub to hear of the reader's end");
        writer.Complete();
        List<(long Item, int Deliveries)> rest = [];
        if (leased is null)
        {
            await foreach (long item in plain!.Reader.ReadAllAsync())
                rest.Add((item, 1));
            CollectionAssert.AreEqual(Enumerable.Range(Read, Items - Read).Select(static number => ((long)number, 1)).ToArray(), rest);
            return;
        }
        await foreach (Lease<long> lease in leased.Reader.ReadAllAsync())
        {
            rest.Add((lease.Item, lease.DeliveryCount));
            lease.Complete();
        }
        CollectionAssert.AreEquivalent(Enumerable.Range(0, Items).Select(static number => ((long)number, number < Read ? 2 : 1)).ToArray(), rest);
    }

    /// <summary>The first that comes decides what a channel carries that was only declared, but not one that is turned away.</summary>
    [TestMethod]
    public async Task ReaderIsRefusedForItsLane_OneOfAnotherTypeIsLetIn()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(NewAddress()).Done();
        hub.Declare("c", new System.Threading.Channels.BoundedChannelOptions(1));
        ChannelAddress address = hub.Address.WithChannel("c");
        using LanePeer refused = await LanePeer.ReadFromHubAsync<long>(address, isLeased: false, demand: 1, withLane: false);
        await using CrossChannelWriter<string> writer = await CrossChannel.OpenWriterAsync<string>(address).Done();
        await using CrossChannelReader<string> reader = await CrossChannel.OpenReaderAsync<string>(address).Done();
        await writer.WriteAsync("text").Done();
        Assert.AreEqual("text", await reader.ReadAsync().Done());
    }

    /// <summary>It says that it is about to publish, takes a while, and finds that it may not any more. Nobody is cut off, so that no deadline has the hub look again.</summary>
    /// <param name="asks">Before the hub tries again the writer asks for credit, which it does once: it must not be taken for one whose credit is on its way.</param>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task WriterIsAboutToPublishWhenItsCreditIsTakenBack_IsTriedAgain(bool asks)
    {
        var clock = new ManualTimeProvider();
        TimeSpan moment = TimeSpan.FromMilliseconds(10);
        var options = new HubOptions { RevokeTimeout = Timeout.InfiniteTimeSpan, DrainTimeout = TimeSpan.Zero, Connection = new() { TimeProvider = clock } };
        await using ChannelHub hub = await ChannelHub.StartAsync(NewAddress(), options).Done();
        SharedChannel<long> channel = hub.CreateBounded<long>("c", 1);
        using LanePeer slow = await LanePeer.WriteToHubAsync<long>(channel.Address);
        await Wait.Until(() => hub.GetStatus().Channels.Single().Writers.SingleOrDefault()?.Credit == 1);
        LanePeer.Set(slow.Theirs!, LaneLayout.Claimed, 1);
        await using CrossChannelWriter<long> other = await CrossChannel.OpenWriterAsync<long>(channel.Address).Done();
        Task write = other.WriteAsync(2).AsTask();
        await Wait.Until(() => hub.GetStatus().Channels.Single().WaitingWriters.Count == 1);
        await Wait.Until(() => clock.HasTimerWithin(moment), "the hub looks who has credit");
        for (int looks = 0; looks < 3; looks++)
            clock.Advance(moment);
        Assert.IsFalse(write.IsCompleted, "what may come at any moment is not another's");
        Assert.AreEqual(0, LanePeer.Get(slow.Theirs!, LaneLayout.Granted));
        LanePeer.Set(slow.Theirs!, LaneLayout.Claimed, 0);
        if (!asks)
        {
            await Wait.Until(() =>
            {
                clock.Advance(moment);
                return write.IsCompleted;
            });
            Assert.AreEqual(2, await channel.Reader.ReadAsync().Done());
            return;
        }
        // The clock stands from here on: what it asks is enough.
        LanePeer.Set(slow.Theirs!, LaneLayout.Wanted, 1);
        LanePeer.Set(slow.Theirs!, LaneLayout.WriterParked, 1);
        await slow.RingAsync(Doorbell.Published);
        await write.Done();
        Assert.AreEqual(2, await channel.Reader.ReadAsync().Done());
        await Wait.Until(() => LanePeer.Get(slow.Theirs!, LaneLayout.Granted) == 1);
    }

    /// <summary>Its last item goes to an owner that waits, which sets the slot free; nobody grants it to the writer that is gone.</summary>
    [TestMethod]
    public async Task WriterEnds_BeforeTheHubHasLooked_AndTheOwnerWaits_TheCapacityStaysWhole()
    {
        const int Capacity = 2;
        await using SharedChannel<long> channel = await CrossChannel.CreateBoundedAsync<long>(
            NewAddress(), Capacity, sharing: new SharedChannelOptions { Completion = CompletionPolicy.Owner }).Done();
        Task<long> read = channel.Reader.ReadAsync().AsTask();
        using LanePeer ended = await LanePeer.WriteToHubAsync<long>(channel.Address);
        LaneEnd lane = ended.Theirs!;
        var writer = new LaneWriter(lane.Segment, lane.Layout, isFenceShared: false);
        await Wait.Until(() => writer.TryWrite(7L), "the writer is to get its first credit");
        // It does not ring, as one whose lane is looked at.
        await ended.SendAsync(Wire.Complete(1));
        Assert.AreEqual(7, await read.Done());
        await using CrossChannelWriter<long> other = await CrossChannel.OpenWriterAsync<long>(channel.Address).Done();
        for (long item = 0; item < Capacity; item++)
            await other.WriteAsync(item).Done();
        Assert.IsFalse(other.TryWrite(Capacity));
    }

    /// <summary>It had until DrainTimeout; what it has by then it may still read.</summary>
    [TestMethod]
    public async Task OwnerLeaves_WhatIsOnTheLaneIsReadAllTheSame()
    {
        var clock = new ManualTimeProvider();
        var options = new HubOptions
        {
            DrainTimeout = TimeSpan.FromSeconds(1),
            RevokeTimeout = Timeout.InfiniteTimeSpan,
            Connection = new() { TimeProvider = clock, CloseTimeout = Timeout.InfiniteTimeSpan },
        };
        ChannelHub hub = await ChannelHub.StartAsync(NewAddress(), options).Done();
        SharedChannel<long> channel = hub.CreateBounded<long>("c", 8);
        CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(channel.Address).Done();
        Task<bool> wait = reader.WaitToReadAsync().AsTask();
        Assert.AreEqual(2, channel.Writer.TryWriteMany([1, 2]));
        Assert.IsTrue(await wait.Done());
        Task disposing = hub.DisposeAsync().AsTask();
        await Wait.Until(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return channel.Reader.Completion.IsCompleted;
        });
        Assert.AreEqual(1, await reader.ReadAsync().Done());
        OwnerLeftException left = await Assert.ThrowsExactlyAsync<OwnerLeftException>(() => reader.Completion.Done());
        Assert.AreEqual(2, left.UnreadCount);
        await reader.DisposeAsync().Done();
        await disposing.Done();
    }

    /// <summary>One of another make: the lanes of our own readers have room for all that they ask for. The clock stands, so that nothing but its doorbell has the hub look again.</summary>
    [TestMethod]
    public async Task ReaderAsksForMoreThanItsLaneHasRoomFor_IsServedWhenItRings()
    {
        var options = new HubOptions { Connection = new() { TimeProvider = new ManualTimeProvider() }, DrainTimeout = TimeSpan.Zero };
        await using ChannelHub hub = await ChannelHub.StartAsync(NewAddress(), options).Done();
        SharedChannel<long> channel = hub.CreateBounded<long>("c", 8);
        Assert.AreEqual(4, channel.Writer.TryWriteMany([1, 2, 3, 4]));
        using LanePeer peer = await LanePeer.ReadFromHubAsync<long>(channel.Address, isLeased: false, demand: 4, capacity: 2);
        var lane = new LaneReader(peer.Ours.Segment, peer.Ours.Layout, isFenceShared: false);
        for (long item = 1; item <= 4; item++)
        {
            await Wait.Until(() => lane.HasItems);
            Assert.IsTrue(lane.TryRead(out long read));
            Assert.AreEqual(item, read);
            if (lane.TryWakeWriter())
                await peer.RingAsync(Doorbell.Taken);
        }
    }

    /// <summary>Over a connection the item would be in the stopped process already, which would find it there.</summary>
    [TestMethod]
    public async Task ReaderStops_WhatItHadNotTakenGoesToOthers_AndItNeverTakesIt()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(NewAddress(), new HubOptions { RevokeTimeout = TimeSpan.FromMilliseconds(300) }).Done();
        SharedChannel<long> channel = hub.CreateBounded<long>("c", 8);
        await using ChildProcess stopped = ChildProcess.Start("read-on-word", channel.Address.ToString(), "false");
        Assert.AreEqual("open", await stopped.ReadLineAsync());
        await stopped.SayAsync("read");
        await Wait.Until(() => hub.GetStatus().Channels.Single().Readers.Single().Credit > 0);
        await Signals.StopAsync(stopped);
        await channel.Writer.WriteAsync(1).Done();
        // What is written is sent in a moment; the reader here would take it until then.
        await Wait.Until(() => hub.GetStatus().Channels.Single().InFlight == 1);
        Assert.AreEqual(1, await channel.Reader.ReadAsync().Done());
        Signals.Continue(stopped);
        Assert.AreEqual($"over {nameof(EndingKind.TimedOut)}", await stopped.ReadLineAsync());
    }

    [TestMethod]
    public async Task StatusAndMeter_CountLanesParkingsAndDoorbells_AlsoOfEndsThatHaveLeft()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(NewAddress()).Done();
        SharedChannel<long> channel = hub.CreateBounded<long>("c", 1);
        ChannelStatus Get() => hub.GetStatus().Channels.Single();
        Assert.AreEqual((0, 0L, 0L), (Get().Lanes, Get().LaneParkings, Get().LaneDoorbells));

        await using CrossChannelReader<long> reader = await CrossChannel.OpenReaderAsync<long>(channel.Address).Done();
        CrossChannelWriter<long> writer = await CrossChannel.OpenWriterAsync<long>(channel.Address).Done();
        // Nobody looks at the lane of a new writer: it has to ring.
        Assert.AreEqual(1, Get().Writers.Single().LaneParkings);
        Task<long> read = reader.ReadAsync().AsTask();
        await Wait.Until(() => Get().WaitingReaders.Count == 1);
        await writer.WriteAsync(7).Done();
        Assert.AreEqual(7, await read.Done());
        ChannelStatus status = await CrossChannel.GetChannelStatusAsync(channel.Address).Done();
        PeerStatus peer = status.Writers.Single();
        Assert.IsTrue(peer.IsSharedMemory && status.Readers.Single().IsSharedMemory);
        Assert.IsGreaterThanOrEqualTo(1, peer.LaneDoorbells);
        Assert.IsGreaterThanOrEqualTo(peer.LaneDoorbells, peer.LaneParkings);
        Assert.AreEqual(2, status.Lanes);
        Assert.AreEqual(peer.LaneDoorbells + status.Readers.Single().LaneDoorbells, status.LaneDoorbells);

        await writer.DisposeAsync();
        await Wait.Until(() => Get().Lanes == 1);
        Assert.IsGreaterThanOrEqualTo(status.LaneDoorbells, Get().LaneDoorbells);
        ConcurrentDictionary<string, long> seen = StatusTests.Observe(hub.Address.ToString());
        Assert.AreEqual(1, seen["crosschannels.hub.lanes channel=c"]);
        Assert.AreEqual(Get().LaneParkings, seen["crosschannels.hub.lane_parkings channel=c"]);
        Assert.AreEqual(Get().LaneDoorbells, seen["crosschannels.hub.lane_doorbells channel=c"]);
    }

    private static ChannelAddress NewAddress() => ChannelAddress.SharedMemory(TransportTest.UniqueName());
}
