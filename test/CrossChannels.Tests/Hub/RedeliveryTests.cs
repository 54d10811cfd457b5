using System.Buffers;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub;

/// <summary>Leases that come back: from readers that cannot read them, that give them back again and again, or that die of them.</summary>
[TestClass]
public sealed class RedeliveryTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private ChannelAddress Address => ChannelAddress.Unix(_directory["hub"]);

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task Unreadable_ByTheOnlyReader_IsTriedThriceAndHoldsUpNothing()
    {
        var clock = new ManualTimeProvider();
        var settings = new ItemOptions<byte[]> { Serializer = new PickySerializer(refuses: 1) };
        await using LeasedChannel<byte[]> work =
            await CrossChannel.CreateLeasedAsync<byte[]>(Address, 100, items: settings, hub: new() { Connection = new() { TimeProvider = clock }, DrainTimeout = TimeSpan.Zero }).Done();
        for (byte i = 1; i <= 10; i++)
            await work.Writer.WriteAsync([i]).Done();
        await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => work.Reader.ReadAsync().Done());
        for (byte i = 2; i <= 10; i++)
        {
            Assert.IsTrue(work.Reader.TryRead(out Lease<byte[]>? lease));
            Assert.AreEqual(i, lease.Item[0]);
            lease.Complete();
        }
        for (int attempt = 2; attempt <= 3; attempt++)
        {
            Task<Lease<byte[]>> read = work.Reader.ReadAsync().AsTask();
            Assert.IsFalse(read.IsCompleted);
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => read.Done());
        }
        await work.Writer.JoinAsync().Done();
        await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => work.DeadLetters!.Reader.ReadAsync().Done());
    }

    [TestMethod]
    public async Task Unreadable_ByOneOfTwo_GoesToTheOther()
    {
        await using LeasedChannel<byte[]> work =
            await CrossChannel.CreateLeasedAsync<byte[]>(Address, 100, items: new ItemOptions<byte[]> { Serializer = new PickySerializer(refuses: 0) }).Done();
        await using LeasedReader<byte[]> picky =
            await CrossChannel.OpenLeasedReaderAsync<byte[]>(Address, new ItemOptions<byte[]> { Serializer = new PickySerializer(refuses: 1) }).Done();
        await using LeasedReader<byte[]> other =
            await CrossChannel.OpenLeasedReaderAsync<byte[]>(Address, new ItemOptions<byte[]> { Serializer = new PickySerializer(refuses: 0) }).Done();
        Task<Lease<byte[]>> read = picky.ReadAsync().AsTask();
        await work.Writer.WriteAsync([1]).Done();
        await Assert.ThrowsExactlyAsync<ItemUnreadableException>(() => read.Done());
        Task<Lease<byte[]>> again = picky.ReadAsync().AsTask();
        Lease<byte[]> lease = await other.ReadAsync().Done();
        Assert.AreEqual((1, 2), (lease.Item[0], lease.DeliveryCount));
        lease.Complete();
        await work.Writer.WriteAsync([2]).Done();
        Assert.AreEqual(2, (await again.Done()).Item[0], "the one that could not read it is not asked again");
    }

    [TestMethod]
    public async Task Abandon_AgainAndAgain_WaitsLongerEachTimeAndHoldsUpNothing()
    {
        var clock = new ManualTimeProvider();
        await using LeasedChannel<long> work =
            await CrossChannel.CreateLeasedAsync<long>(Address, 8, hub: new() { Connection = new() { TimeProvider = clock }, DrainTimeout = TimeSpan.Zero }).Done();
        await work.Writer.WriteAsync(1).Done();
        Abandon(deliveries: 1);
        Abandon(deliveries: 2);
        int waited = 10;
        for (int deliveries = 3; deliveries < 13; deliveries++, waited = Math.Min(1000, waited * 2))
        {
            Assert.IsFalse(work.Reader.TryRead(out _), "its time has not come");
            await work.Writer.WriteAsync(deliveries).Done();
            Assert.IsTrue(work.Reader.TryRead(out Lease<long>? other), "nothing waits behind it");
            other.Complete();
            Task<bool> wait = work.Reader.WaitToReadAsync().AsTask();
            clock.Advance(TimeSpan.FromMilliseconds(waited - 1));
            Assert.IsFalse(wait.IsCompleted);
            clock.Advance(TimeSpan.FromMilliseconds(2));
            Assert.IsTrue(await wait.Done());
            Abandon(deliveries);
        }

        void Abandon(int deliveries)
        {
            Assert.IsTrue(work.Reader.TryRead(out Lease<long>? lease));
            Assert.AreEqual((1, deliveries), (lease.Item, lease.DeliveryCount));
            lease.Abandon();
        }
    }

    /// <summary>Its program may have been handed the first one, and have died of it, before it could say so; the others it cannot have had.</summary>
    [TestMethod]
    public async Task Lost_BeforeItToldOfAnyLease_OnlyTheFirstCounts()
    {
        await using LeasedChannel<long> work = await CrossChannel.CreateLeasedAsync<long>(Address, 8, new LeaseOptions { MaxDeliveries = 1 }).Done();
        Assert.AreEqual(2, work.Writer.TryWriteMany([5, 6]));
        await using (RawPeer raw = await HubRaw.OpenReaderAsync<long>(work.Address, 2, isLeased: true))
        {
            for (int count = 0; count < 2;)
                count += (int)ItemsHeader.Read((await raw.ReadFrameAsync(FrameType.Items)).Body).Count;
        }
        Assert.AreEqual(5, await work.DeadLetters!.Reader.ReadAsync().Done());
        Lease<long> other = await work.Reader.ReadAsync().Done();
        Assert.AreEqual((6L, 2), (other.Item, other.DeliveryCount));
        other.Complete();
    }

    /// <summary>What it did not tell of holds its slot as before, the first item too, which its program may have had.</summary>
    [TestMethod]
    [DataRow(CapacityRelease.Taken)]
    [DataRow(CapacityRelease.Settled)]
    public async Task Lost_BeforeItToldOfAnyLease_ItsItemsHaveOneSlotEach(CapacityRelease release)
    {
        await using LeasedChannel<long> work = await CrossChannel.CreateLeasedAsync<long>(Address, 2, new LeaseOptions { CapacityRelease = release }).Done();
        Assert.AreEqual(2, work.Writer.TryWriteMany([5, 6]));
        await using (RawPeer raw = await HubRaw.OpenReaderAsync<long>(work.Address, 2, isLeased: true))
        {
            for (int count = 0; count < 2;)
                count += (int)ItemsHeader.Read((await raw.ReadFrameAsync(FrameType.Items)).Body).Count;
        }
        for (int i = 0; i < 2; i++)
        {
            Lease<long> lease = await work.Reader.ReadAsync().Done();
            lease.Complete();
        }
        Assert.AreEqual(2, work.Writer.TryWriteMany([7, 8, 9]));
    }

    /// <summary>A process dies with three leases: each comes again alone, and only the death with one alone counts.</summary>
    [TestMethod]
    public async Task Killed_WithSeveralLeases_TheyComeOneByOneAndOneThatKillsAloneIsBuried()
    {
        await using ChannelHub hub = await ChannelHub.StartAsync(Address).Done();
        LeasedChannel<long> work = hub.CreateLeased<long>("c", 8, new LeaseOptions { MaxDeliveries = 1 });
        await work.Writer.WriteManyAsync((long[])[1, 2, 3]).Done();
        await KillWithAsync(1, 2, 3);
        await using (LeasedReader<long> reader = await CrossChannel.OpenLeasedReaderAsync<long>(work.Address).Done())
        {
            Lease<long> first = await reader.ReadAsync().Done();
            Assert.AreEqual((1, 2), (first.Item, first.DeliveryCount));
            Task<Lease<long>> second = reader.ReadAsync().AsTask();
            await Wait.Until(() => Status().Readers.Single().Credit > 0);
            Assert.AreEqual((1, 2), (Status().InFlight, Status().Depth), "a suspect is delivered alone");
            first.Complete();
            Assert.AreEqual(2, (await second.Done()).Item);
            (await second).Abandon();
            // Given back in so many words it is a suspect no longer, and counts as it always did.
            Assert.AreEqual(2, await work.DeadLetters!.Reader.ReadAsync().Done());
        }
        await KillWithAsync(3);
        Assert.AreEqual(3, await work.DeadLetters.Reader.ReadAsync().Done());
        await work.Writer.JoinAsync().Done();

        ChannelStatus Status() => hub.GetStatus().Channels.Single(static channel => channel.Name == "c");

        async Task KillWithAsync(params long[] items)
        {
            await using ChildProcess child = ChildProcess.Start("read-on-word", work.Address.ToString(), "True");
            Assert.AreEqual("open", await child.ReadLineAsync());
            foreach (long item in items)
            {
                await child.SayAsync("read");
                StringAssert.StartsWith(await child.ReadLineAsync(), $"{item} ");
            }
            await Wait.Until(() => Status().Readers.Single().ItemsRead == items.Length);
            await child.KillAsync();
            await Wait.Until(() => Status().Readers.Count == 0);
        }
    }

    /// <summary>The reader asks for more before it settles its last lease, and the clock stands: only that it has nothing any more can pass the suspect on.</summary>
    [TestMethod]
    public async Task LastLeaseIsSettled_WhileASuspectWaitsForThat_TheSuspectComes()
    {
        var hub = new HubOptions { Connection = new() { TimeProvider = new ManualTimeProvider() }, DrainTimeout = TimeSpan.Zero };
        await using LeasedChannel<long> work = await CrossChannel.CreateLeasedAsync<long>(Address, 8, hub: hub).Done();
        Assert.AreEqual(2, work.Writer.TryWriteMany([1, 2]));
        RawPeer other;
        await using (RawPeer lost = await HubRaw.OpenReaderAsync<long>(work.Address, 2, isLeased: true))
        {
            for (int count = 0; count < 2;)
                count += (int)ItemsHeader.Read((await lost.ReadFrameAsync(FrameType.Items)).Body).Count;
            await lost.SendAsync(Wire.Counter(FrameType.Report, 2), Wire.Counter(FrameType.Ping, 1));
            await lost.ReadFrameAsync(FrameType.Pong);
            other = await HubRaw.OpenReaderAsync<long>(work.Address, 3, isLeased: true);
            await work.Writer.WriteAsync(3).Done();
            await other.ReadFrameAsync(FrameType.Items);
            await other.SendAsync(Wire.Counter(FrameType.Report, 1));
        }
        await Wait.Until(async () => (await CrossChannel.GetChannelStatusAsync(work.Address).Done()) is { Depth: 2, InFlight: 1, Readers.Count: 1 });
        await using (other)
        {
            await other.SendAsync(HubRaw.Settle(isAnswerWanted: false, new SettleRange(0, 1, SettleOutcome.Completed)));
            RawPeer.Frame suspect = await other.ReadFrameAsync(FrameType.Items);
            Assert.AreEqual(1U, ItemsHeader.Read(suspect.Body).Count);
            Assert.AreEqual(1, BitConverter.ToInt64(suspect.Body, suspect.Body.Length - sizeof(long)));
        }
    }

    /// <summary>A reader with a lease takes nothing new while it is to get a suspect; when that goes to another, also the owner, it has the next. The clock stands.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task SuspectGoesToAnother_WhoWasToGetItHasTheNextItem(bool isOwner)
    {
        var hub = new HubOptions { Connection = new() { TimeProvider = new ManualTimeProvider() }, DrainTimeout = TimeSpan.Zero };
        await using LeasedChannel<long> work = await CrossChannel.CreateLeasedAsync<long>(Address, 8, hub: hub).Done();
        RawPeer quiet;
        await using (RawPeer lost = await HubRaw.OpenReaderAsync<long>(work.Address, 1, isLeased: true))
        {
            await work.Writer.WriteAsync(1).Done();
            await lost.ReadFrameAsync(FrameType.Items);
            await lost.SendAsync(Wire.Counter(FrameType.Report, 1), Wire.Counter(FrameType.Ping, 1));
            await lost.ReadFrameAsync(FrameType.Pong);
            quiet = await HubRaw.OpenReaderAsync<long>(work.Address, 2, isLeased: true);
            await work.Writer.WriteAsync(2).Done();
            await quiet.ReadFrameAsync(FrameType.Items);
        }
        await using (quiet)
        {
            await Wait.Until(async () => (await CrossChannel.GetChannelStatusAsync(work.Address).Done()) is { Depth: 1, InFlight: 1, Readers.Count: 1 });
            await work.Writer.WriteAsync(3).Done();
            RawPeer? other = null;
            if (isOwner)
                Assert.AreEqual(1, (await work.Reader.ReadAsync().Done()).Item);
            else
                await (other = await HubRaw.OpenReaderAsync<long>(work.Address, 1, isLeased: true)).ReadFrameAsync(FrameType.Items);
            RawPeer.Frame next = await quiet.ReadFrameAsync(FrameType.Items);
            Assert.AreEqual(3, BitConverter.ToInt64(next.Body, next.Body.Length - sizeof(long)));
            if (other is not null)
                await other.DisposeAsync();
        }
    }

    /// <summary>A format of which one end knows more than the other.</summary>
    private sealed class PickySerializer(byte refuses) : IItemSerializer<byte[]>
    {
        public string ContentType => "picky";

        public void Serialize(byte[] item, IBufferWriter<byte> writer) => writer.Write(item);

        public byte[] Deserialize(in ReadOnlySequence<byte> bytes) =>
            bytes.FirstSpan[0] == refuses ? throw new FormatException("It is of a newer form.") : bytes.ToArray();
    }
}
