using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Threading.Channels;
using CrossChannels.Hub;

#pragma warning disable VSTHRD103 // Complete() does not block: it queues.

namespace CrossChannels.Tests.Hub;

/// <summary>What a hub says of itself: to its owner, to others, and to the meter.</summary>
[TestClass]
public sealed class StatusTests
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Channel_WithWritersAndReaders_SaysWhoHasWhatAndWhoWaits(bool isOwner)
    {
        await using LockHub hub = await LockHub.StartAsync();
        SharedChannel<int> parts = hub.Hub.CreateBounded<int>("parts", 2);
        Task<ChannelStatus> GetAsync() => isOwner
            ? Task.FromResult(hub.Hub.GetStatus().Channels.Single())
            : CrossChannel.GetChannelStatusAsync(parts.Address).Done();

        ChannelStatus idle = await GetAsync();
        Assert.AreEqual("parts", idle.Name);
        Assert.AreEqual(2, idle.Capacity);
        Assert.AreEqual("AnyWriter", idle.CompletionPolicy);
        Assert.IsEmpty(idle.Writers);
        Assert.IsEmpty(idle.Readers);
        Assert.AreEqual(0, idle.Depth);
        Assert.IsFalse(idle.IsCompleted || idle.IsLeased);

        Task<bool> reading = parts.Reader.WaitToReadAsync().AsTask();
        Assert.AreEqual(PeerRole.Owner, (await GetAsync()).WaitingReaders.Single().Role);
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(parts.Address).Done();
        await writer.WriteAsync(1).Done();
        await reading.Done();
        await writer.WriteAsync(2).Done();
        Task write = writer.WriteAsync(3).AsTask();
        await Wait.Until(() => hub.Hub.GetStatus().Channels.Single() is { WaitingWriters.Count: 1, Depth: 2 });
        ChannelStatus full = await GetAsync();
        Assert.AreEqual(2, full.Depth);
        Assert.AreEqual(8, full.Bytes);
        PeerStatus peer = full.Writers.Single();
        Assert.AreEqual(Environment.ProcessId, peer.ProcessId);
        Assert.AreEqual(PeerRole.Writer, peer.Role);
        Assert.AreEqual(2, peer.ItemsWritten);
        Assert.AreEqual(0, peer.Credit);
        Assert.AreEqual(PeerWait.Room, peer.WaitsFor);
        Assert.IsNotNull(peer.Since);
        Assert.AreEqual(peer.Endpoint, full.WaitingWriters.Single().Endpoint);

        Assert.IsTrue(parts.Reader.TryRead(out _));
        await write.Done();
        parts.Writer.Complete();
        Assert.IsTrue((await GetAsync()).IsCompleted);
    }

    [TestMethod]
    public async Task OldestWaitAndLease_FollowTheClock()
    {
        var clock = new ManualTimeProvider();
        var connection = new ConnectionOptions { TimeProvider = clock };
        await using ChannelHub hub = await ChannelHub.StartAsync($"mem:ages-{Guid.NewGuid():N}", new HubOptions { Connection = connection }).Done();
        LeasedChannel<int> work = hub.CreateLeased<int>("work", 10);
        ChannelStatus Get() => hub.GetStatus().Channels.Single(static channel => channel.Name == "work");
        await using CrossChannelWriter<int> writer = await CrossChannel.OpenWriterAsync<int>(work.Address).Done();
        await using LeasedReader<int> reader = await CrossChannel.OpenLeasedReaderAsync<int>(work.Address).Done();
        Assert.AreEqual((null, null), (Get().OldestWait, Get().OldestLease));

        clock.Advance(TimeSpan.FromSeconds(1));
        await writer.WriteAsync(1).Done();
        await writer.FlushAsync().Done();
        clock.Advance(TimeSpan.FromSeconds(2));
        await writer.WriteAsync(2).Done();
        await writer.FlushAsync().Done();
        clock.Advance(TimeSpan.FromSeconds(3));
        Assert.AreEqual(TimeSpan.FromSeconds(5), Get().OldestWait);
        Lease<int> first = await reader.ReadAsync().Done();
        clock.Advance(TimeSpan.FromSeconds(4));
        Assert.AreEqual(TimeSpan.FromSeconds(4), Get().OldestLease);
        first.Complete();
        using Lease<int> second = await reader.ReadAsync().Done();
        await Wait.Until(() => Get().InFlight == 1);
        Assert.IsNull(Get().OldestWait);
        second.Complete();
    }

    [TestMethod]
    public async Task Channel_Leased_SaysWhatIsInFlight()
    {
        await using LockHub hub = await LockHub.StartAsync();
        LeasedChannel<int> work = hub.Hub.CreateLeased<int>("work", new UnboundedChannelOptions());
        await work.Writer.WriteAsync(1).Done();
        await using LeasedReader<int> reader = await CrossChannel.OpenLeasedReaderAsync<int>(work.Address).Done();
        Lease<int> lease = await reader.ReadAsync().Done();
        ChannelStatus status = await CrossChannel.GetChannelStatusAsync(work.Address).Done();
        Assert.IsTrue(status.IsLeased);
        Assert.IsNull(status.Capacity);
        Assert.AreEqual(0, status.Depth);
        Assert.AreEqual(1, status.InFlight);
        Assert.AreEqual(PeerRole.LeasedReader, status.Readers.Single().Role);
        Assert.AreEqual(1, status.Readers.Single().InFlight);
        await lease.CompleteAsync().Done();
        Assert.AreEqual(0, (await CrossChannel.GetChannelStatusAsync(work.Address).Done()).InFlight);
    }

    [TestMethod]
    public async Task Channel_LeasedByItsOwner_SaysWhatIsInFlight()
    {
        await using LockHub hub = await LockHub.StartAsync();
        LeasedChannel<int> work = hub.Hub.CreateLeased<int>("work", 2);
        Assert.AreEqual(2, work.Writer.TryWriteMany([1, 2]));
        Assert.IsTrue(work.Reader.TryRead(out Lease<int>? lease));
        Assert.AreEqual((1, 1), await GetAsync());
        lease.Complete();
        Assert.AreEqual((1, 0), await GetAsync());

        async Task<(long Depth, long InFlight)> GetAsync()
        {
            ChannelStatus status = await CrossChannel.GetChannelStatusAsync(work.Address).Done();
            return (status.Depth, status.InFlight);
        }
    }

    [TestMethod]
    public async Task Hub_OverALink_SaysTheSameAsToItsOwner()
    {
        await using LockHub hub = await LockHub.StartAsync();
        await using CrossLock remote = await hub.OpenAsync();
        await using LockHold hold = await remote.AcquireAsync().Done();
        Task<LockHold> waiting = hub.Gate.AcquireAsync().AsTask();
        hub.Hub.CreateBounded<int>("b", 1);
        hub.Hub.CreateBounded<int>("a", 1);
        HubStatus owners = hub.Hub.GetStatus();
        HubStatus others = await CrossChannel.GetHubStatusAsync(hub.Hub.Address).Done();
        Assert.AreEqual(hub.Hub.Address.ToString(), others.Address);
        Assert.AreEqual(Environment.ProcessId, others.ProcessId);
        CollectionAssert.AreEqual(new[] { "a", "b" }, others.Channels.Select(static channel => channel.Name).ToArray());
        Assert.AreEqual(owners.Locks.Single().Holder, others.Locks.Single().Holder);
        Assert.AreEqual(PeerRole.Lock, others.Locks.Single().Holder!.Role);
        CollectionAssert.AreEqual(owners.Locks.Single().Waiters.ToArray(), others.Locks.Single().Waiters.ToArray());
        LockStatus gate = await CrossChannel.GetLockStatusAsync(hub.Gate.Address).Done();
        Assert.AreEqual(1, gate.FencingToken);
        Assert.AreEqual(PeerWait.Lock, gate.Waiters.Single().WaitsFor);
        Assert.AreEqual(PeerRole.Owner, gate.Waiters.Single().Role);
        await hold.ReleaseAsync().Done();
        await (await waiting.Done()).ReleaseAsync().Done();
    }

    [TestMethod]
    public async Task Status_OfWhatIsNotThere_IsRefusedByName()
    {
        await using LockHub hub = await LockHub.StartAsync();
        hub.Hub.CreateBounded<int>("parts", 1);
        ChannelAddress address = hub.Hub.Address;
        await RefusesAsync(CrossChannel.GetChannelStatusAsync(address.WithChannel("other")), "nothing named 'other'", "'gate', 'parts'");
        await RefusesAsync(CrossChannel.GetChannelStatusAsync(hub.Gate.Address), "'gate'", "is a lock: use GetLockStatusAsync");
        await RefusesAsync(CrossChannel.GetChannelStatusAsync(address), "has no channel of its own", "'parts'");
        await RefusesAsync(CrossChannel.GetLockStatusAsync(address.WithChannel("parts")), "'parts'", "is a channel: use GetChannelStatusAsync");
        await Assert.ThrowsExactlyAsync<ArgumentException>(() => CrossChannel.GetHubStatusAsync(hub.Gate.Address).Done());
    }

    [TestMethod]
    public async Task Status_OfAPlainListener_IsRefused()
    {
        using var directory = new TempDirectory();
        await using DuplexChannelListener<int, int> listener = await CrossChannel.ListenAsync<int, int>(ChannelAddress.Unix(directory["x.sock"])).Done();
        await RefusesAsync(CrossChannel.GetHubStatusAsync(listener.Address), "a plain link", "hub's status");
    }

    [TestMethod]
    public async Task Status_NeedsTheKeyToRead()
    {
        byte[] key = [1, 2, 3];
        await using LockHub hub = await LockHub.StartAsync(new HubOptions { Connection = new ConnectionOptions { RequiredKeyToRead = key } });
        await RefusesAsync(CrossChannel.GetHubStatusAsync(hub.Hub.Address), "key to read");
        Assert.HasCount(1, (await CrossChannel.GetHubStatusAsync(hub.Hub.Address, new ConnectionOptions { Key = key }).Done()).Locks);
    }

    [TestMethod]
    public async Task ChannelAlone_IsAskedAtItsAddress()
    {
        ChannelAddress address = ChannelAddress.Memory($"status-{Guid.NewGuid():N}");
        await using SharedChannel<string> owner = await CrossChannel.CreateBoundedAsync<string>(address, 5).Done();
        await owner.Writer.WriteAsync("one").Done();
        Assert.AreEqual(1, (await CrossChannel.GetChannelStatusAsync(address).Done()).Depth);
        Assert.AreEqual(5, (await CrossChannel.GetHubStatusAsync(address).Done()).Channels.Single().Capacity);
    }

    [TestMethod]
    public void Status_OfAnotherVersion_LacksSomeMembersAndHasOthers()
    {
        const string Json = """{"Address":"a","ProcessId":1,"New":[1],"Channels":[{"Name":"c","Depth":3,"New":{}}]}""";
        HubStatus status = JsonSerializer.Deserialize(Json, StatusJson.Default.HubStatus)!;
        Assert.IsEmpty(status.Locks);
        Assert.IsEmpty(status.Channels.Single().Writers);
        Assert.IsEmpty(status.Channels.Single().WaitingReaders);
        Assert.AreEqual("", status.Channels.Single().CompletionPolicy);
        Assert.AreEqual(3, status.Channels.Single().Depth);
    }

    [TestMethod]
    public async Task Meter_ShowsEveryChannelAndLock_WhileTheHubLives()
    {
        await using LockHub hub = await LockHub.StartAsync();
        string address = hub.Hub.Address.ToString();
        SharedChannel<int> parts = hub.Hub.CreateBounded<int>("parts", 1);
        Assert.IsTrue(parts.Writer.TryWrite(1));
        Task blocked = parts.Writer.WriteAsync(2).AsTask();
        await using LockHold hold = await hub.Gate.AcquireAsync().Done();
        Task<LockHold> waiting = hub.Gate.AcquireAsync().AsTask();

        ConcurrentDictionary<string, long> seen = Observe(address);
        Assert.AreEqual(1, seen["crosschannels.hub.depth channel=parts"]);
        Assert.AreEqual(4, seen["crosschannels.hub.bytes channel=parts"]);
        Assert.AreEqual(0, seen["crosschannels.hub.in_flight channel=parts"]);
        Assert.AreEqual(1, seen["crosschannels.hub.waiting_writers channel=parts"]);
        Assert.AreEqual(0, seen["crosschannels.hub.waiting_readers channel=parts"]);
        Assert.AreEqual(1, seen["crosschannels.hub.lock_waiters lock=gate"]);

        await hub.Hub.DisposeAsync().Done();
        Assert.IsEmpty(Observe(address));
        await Assert.ThrowsAsync<Exception>(() => blocked.Done());
        await Assert.ThrowsAsync<Exception>(() => waiting.Done());
    }

    /// <summary>What the meter shows of a hub now.</summary>
    internal static ConcurrentDictionary<string, long> Observe(string hub)
    {
        ConcurrentDictionary<string, long> seen = new(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "CrossChannels" && instrument.Name.StartsWith("crosschannels.hub.", StringComparison.Ordinal))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            // Other tests have hubs as well.
            if (tags[0].Key == "hub" && hub.Equals(tags[0].Value as string, StringComparison.Ordinal))
                seen[$"{instrument.Name} {tags[1].Key}={tags[1].Value}"] = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }

    private static async Task RefusesAsync<T>(Task<T> asked, params string[] words)
    {
        var e = await Assert.ThrowsExactlyAsync<LinkRefusedException>(() => asked.Done());
        foreach (string word in words)
            StringAssert.Contains(e.Message, word);
    }
}
