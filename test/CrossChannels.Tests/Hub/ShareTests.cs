using System.Globalization;
using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;
using CrossChannels.Threading;

namespace CrossChannels.Tests.Hub;

/// <summary>Who gets what, in counts: slots by the order of asking, items in equal parts, and credit back from the one that has most. The clock stands still, so that no look of 10 ms later repairs anything.</summary>
[TestClass]
public sealed class ShareTests : IDisposable
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);

    private readonly TempDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task WritersThatWait_GetEachFreeSlotInTheOrderInWhichTheyAsked()
    {
        const int Writers = 4;
        await using SharedChannel<long> owner = await CreateAsync(capacity: 1);
        Assert.IsTrue(owner.Writer.TryWrite(-1));
        var writers = new RawPeer[Writers];
        int[] order = [2, 0, 3, 1];
        try
        {
            for (int i = 0; i < Writers; i++)
                writers[i] = await HubRaw.OpenWriterAsync<long>(owner.Address);
            foreach (int next in order)
            {
                await writers[next].SendAsync(Wire.Counter(FrameType.Want, 0));
                await AnswerPingAsync(writers[next]);
            }
            Assert.AreEqual(-1, await owner.Reader.ReadAsync().Done());
            foreach (int next in order)
            {
                Assert.AreEqual(1, BitConverter.ToInt64((await writers[next].ReadFrameAsync(FrameType.Credit)).Body));
                // Until this one has used its slot there is none for the others.
                foreach (int other in order.SkipWhile(writer => writer != next).Skip(1))
                    await AnswerPingAsync(writers[other]);
                await writers[next].SendAsync(Wire.Longs(0, next));
                Assert.AreEqual(next, await owner.Reader.ReadAsync().Done());
            }
        }
        finally
        {
            foreach (RawPeer? writer in writers)
                await (writer?.DisposeAsync() ?? default);
        }
    }

    [TestMethod]
    public async Task OwnerFindsNoSlot_TheWriterThatHoldsMostCreditIsAsked_AndNoOther()
    {
        await using SharedChannel<long> owner = await CreateAsync(capacity: 64);
        await using RawPeer most = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await using RawPeer less = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await using RawPeer least = await HubRaw.OpenWriterAsync<long>(owner.Address);
        ChannelStatus status = (await CrossChannel.GetChannelStatusAsync(owner.Address).Done())!;
        long[] credit = [.. status.Writers.Select(static writer => writer.Credit ?? -1)];
        CollectionAssert.AreEqual(credit.OrderDescending().ToArray(), credit, "each gets its share of what those before it left");
        Assert.IsGreaterThan(credit[1], credit[0]);
        for (long i = 0; i < 64 - credit.Sum(); i++)
            Assert.IsTrue(owner.Writer.TryWrite(i), string.Create(CultureInfo.InvariantCulture, $"item {i}"));
        Assert.IsFalse(owner.Writer.TryWrite(-1));
        await Wait.Until(() => _clock.HasTimerWithin(s_moment), "the hub looks who has credit");
        _clock.Advance(s_moment);
        Assert.AreEqual(FrameType.Revoke, (await most.ReadFrameAsync()).Type);
        await AnswerPingAsync(less);
        await AnswerPingAsync(least);
        await most.SendAsync(Wire.Counter(FrameType.Revoked, 0));
        await AnswerPingAsync(most);
        // One slot was kept for the owner, and the others are free.
        for (long i = 0; i < credit[0]; i++)
            Assert.IsTrue(owner.Writer.TryWrite(i), string.Create(CultureInfo.InvariantCulture, $"slot {i} of {credit[0]}"));
        Assert.IsFalse(owner.Writer.TryWrite(-1));
    }

    /// <summary>It has used its credit, for an item that is on its way, and waits for more; the hub sees only credit that is not used.</summary>
    [TestMethod]
    public async Task FirstInLineIsAskedForItsCredit_TheNextGetsTheSlotThatBecomesFree()
    {
        await using SharedChannel<long> owner = await CreateAsync(capacity: 2);
        await using RawPeer first = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await using RawPeer next = await HubRaw.OpenWriterAsync<long>(owner.Address);
        Assert.IsTrue(owner.Writer.TryWrite(7));
        await first.SendAsync(Wire.Counter(FrameType.Want, 1));
        await AnswerPingAsync(first);
        await Wait.Until(() => _clock.HasTimerWithin(s_moment), "the hub looks who has credit");
        _clock.Advance(s_moment);
        Assert.AreEqual(FrameType.Revoke, (await first.ReadFrameAsync()).Type);
        await next.SendAsync(Wire.Counter(FrameType.Want, 0));
        await AnswerPingAsync(next);
        Assert.AreEqual(7, await owner.Reader.ReadAsync().Done());
        Assert.AreEqual(1, BitConverter.ToInt64((await next.ReadFrameAsync(FrameType.Credit)).Body));
    }

    [TestMethod]
    public async Task ReaderWaits_TheReaderThatHoldsMostIsAskedForHalf_AndNoOther()
    {
        await using SharedChannel<long> owner = await CreateAsync(capacity: 64);
        await using RawPeer less = await HubRaw.OpenReaderAsync<long>(owner.Address, 2);
        await HoldAsync(less, 2);
        await using RawPeer most = await HubRaw.OpenReaderAsync<long>(owner.Address, 6);
        await HoldAsync(most, 6);
        await using RawPeer least = await HubRaw.OpenReaderAsync<long>(owner.Address, 1);
        await HoldAsync(least, 1);
        await using RawPeer waiting = await HubRaw.OpenReaderAsync<long>(owner.Address, 10);
        await Wait.Until(() => _clock.HasTimerWithin(s_moment), "the hub looks who has items");
        _clock.Advance(s_moment);
        // A request for nothing only asks for a sign of life.
        Assert.AreEqual(3, (await most.ReadFrameAsync(FrameType.Reclaim)).Count);
        Assert.AreEqual(0, (await less.ReadFrameAsync(FrameType.Reclaim)).Count);
        Assert.AreEqual(0, (await least.ReadFrameAsync(FrameType.Reclaim)).Count);

        async Task HoldAsync(RawPeer reader, int count)
        {
            for (int i = 0; i < count; i++)
                Assert.IsTrue(owner.Writer.TryWrite(i));
            for (int i = 0; i < count;)
                i += (int)ItemsHeader.Read((await reader.ReadFrameAsync(FrameType.Items)).Body).Count;
        }
    }

    /// <summary>A reader asks for more, and then says what it has read; the hub may look between the two, while it seems to have something to do.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ReaderThatWaits_SaysLateThatItHasReadAll_TheOneThatHoldsItemsIsAsked(bool isLeased)
    {
        ChannelAddress address = ChannelAddress.Unix(_directory["hub"]);
        HubOptions options = new() { Connection = new() { TimeProvider = _clock }, DrainTimeout = TimeSpan.Zero };
        await using LeasedChannel<long>? leased = isLeased ? await CrossChannel.CreateLeasedAsync<long>(address, 64, hub: options).Done() : null;
        await using SharedChannel<long>? plain = isLeased ? null : await CreateAsync(capacity: 64);
        CrossChannelWriter<long> owner = leased?.Writer ?? plain!.Writer;
        await using RawPeer holder = await HubRaw.OpenReaderAsync<long>(address, 6, isLeased);
        for (int i = 0; i < 6; i++)
        {
            Assert.IsTrue(owner.TryWrite(i));
            Assert.AreEqual(i, SingleOf(await holder.ReadFrameAsync()));
        }
        await using RawPeer waiting = await HubRaw.OpenReaderAsync<long>(address, 1, isLeased);
        Assert.IsTrue(owner.TryWrite(6));
        Assert.AreEqual(6, SingleOf(await waiting.ReadFrameAsync(FrameType.Items)));
        // Whatever is asked until then is for a reader that waits already.
        while (_clock.HasTimerWithin(s_moment))
            _clock.Advance(s_moment);

        await waiting.SendAsync(Wire.Credit(2, 1 << 20));
        await Wait.Until(() => _clock.HasTimerWithin(s_moment), "the hub looks who has items");
        _clock.Advance(s_moment);
        await waiting.SendAsync(Wire.Counter(FrameType.Report, 1));
        await Wait.Until(() => _clock.HasTimerWithin(s_moment), "the hub looks again");
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        RawPeer.Frame asked;
        do
        {
            // One of nothing is for a sign of life.
            asked = await holder.ReadFrameAsync(FrameType.Reclaim);
            if (asked.Count == 0)
                await holder.SendAsync(HubRaw.Reclaimed(0, 0));
            while (asked.Count == 0 && _clock.HasTimerWithin(s_moment))
                _clock.Advance(s_moment);
        }
        while (asked.Count == 0);
        Assert.AreEqual(3, asked.Count);
    }

    [TestMethod]
    public async Task WhatIsFree_NobodyWaits_IsSharedAmongThoseAtWork_AndGoesToOneThatWaitsFirst()
    {
        await using SharedChannel<long> owner = await CreateAsync(capacity: 64);
        await using RawPeer first = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await using RawPeer second = await HubRaw.OpenWriterAsync<long>(owner.Address);
        await using RawPeer idle = await HubRaw.OpenWriterAsync<long>(owner.Address);
        ChannelStatus status = (await CrossChannel.GetChannelStatusAsync(owner.Address).Done())!;
        long[] credit = [.. status.Writers.Select(static writer => writer.Credit ?? -1)];
        int free = 64 - (int)credit.Sum();
        for (int i = 0; i < free; i++)
            Assert.IsTrue(owner.Writer.TryWrite(i));
        await first.SendAsync(Wire.Longs(0, new long[credit[0]]));
        await AnswerPingAsync(first);
        await second.SendAsync(Wire.Longs(0, new long[credit[1]]));
        await AnswerPingAsync(second);
        // An eighth of the capacity is free before any of it is passed on.
        for (int i = 0; i < 8; i++)
            Assert.IsTrue(owner.Reader.TryRead(out _));
        Assert.AreEqual(credit[0] + 4, await ReadCreditAsync(first));
        Assert.AreEqual(credit[1] + 4, await ReadCreditAsync(second));
        await AnswerPingAsync(idle);
        // What those two do not use stays theirs; the next slots are for the one that asks, and for nobody else.
        await idle.SendAsync(Wire.Longs(0, new long[credit[2]]), Wire.Counter(FrameType.Want, credit[2]));
        await AnswerPingAsync(idle);
        Assert.IsTrue(owner.Reader.TryRead(out _));
        Assert.AreEqual(credit[2] + 1, await ReadCreditAsync(idle));
        await AnswerPingAsync(first);
        await AnswerPingAsync(second);
    }

    /// <summary>A writer that was granted something gets no more before it has sent some, so that what is free must not be granted item by item.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ManyItemsAreProcessedAtOnce_TheWriterThatHasNoCreditIsGrantedAllTheirSlots(bool isLeased)
    {
        const int Capacity = 64;
        ChannelAddress address = ChannelAddress.Unix(_directory["hub"]);
        HubOptions options = new() { Connection = new() { TimeProvider = _clock }, DrainTimeout = TimeSpan.Zero };
        await using LeasedChannel<long>? leased =
            isLeased ? await CrossChannel.CreateLeasedAsync<long>(address, Capacity, new LeaseOptions { CapacityRelease = CapacityRelease.Settled }, hub: options).Done() : null;
        await using SharedChannel<long>? plain = isLeased ? null : await CreateAsync(Capacity);
        CrossChannelWriter<long> owner = leased?.Writer ?? plain!.Writer;
        await using RawPeer writer = await HubRaw.OpenWriterAsync<long>(address);
        await using RawPeer reader = await HubRaw.OpenReaderAsync<long>(address, 100, isLeased);
        int credit = (int)(await CrossChannel.GetChannelStatusAsync(address).Done())!.Writers.Single().Credit!.Value;
        int read = 0;
        for (; read < Capacity - credit; read++)
        {
            Assert.IsTrue(owner.TryWrite(read));
            Assert.AreEqual(read, SingleOf(await reader.ReadFrameAsync()));
        }
        await writer.SendAsync(Wire.Longs(0, new long[credit]));
        while (read < Capacity)
            read += (int)ItemsHeader.Read((await reader.ReadFrameAsync(FrameType.Items)).Body).Count;

        await reader.SendAsync(Wire.Counter(FrameType.Report, Capacity));
        if (isLeased)
            await reader.SendAsync(HubRaw.Settle(false, new SettleRange(20, 40, SettleOutcome.Completed), new SettleRange(0, 20, SettleOutcome.Completed), new SettleRange(60, 4, SettleOutcome.Completed)));
        Assert.AreEqual(credit + Capacity, await ReadCreditAsync(writer));
    }

    /// <summary>One that waits for any item is only woken for it: a single one is left for the owner every other time.</summary>
    [TestMethod]
    public async Task SingleItems_TheOwnerIsWokenAndAReaderAsks_GoToEachInTurn()
    {
        await using SharedChannel<long> owner = await CreateAsync(capacity: 64);
        await using RawPeer reader = await HubRaw.OpenReaderAsync<long>(owner.Address, 100);
        await AnswerPingAsync(reader);
        for (long item = 0; item < 10; item++)
        {
            await WakeOwnerAsync(owner, item);
            if (item % 2 == 0)
            {
                Assert.IsTrue(owner.Reader.TryRead(out long owners), $"item {item} is the owner's");
                Assert.AreEqual(item, owners);
                await AnswerPingAsync(reader);
            }
            else
            {
                Assert.AreEqual(item, SingleOf(await reader.ReadFrameAsync()));
                Assert.IsFalse(owner.Reader.TryRead(out _));
            }
        }
    }

    /// <summary>What makes the hub look for something to send to a reader, while the owner is on its way, does not bring it the owner's item.</summary>
    [TestMethod]
    public async Task SingleItem_TheOwnerIsWokenAndAReaderAsksForMore_IsTheOwners()
    {
        await using SharedChannel<long> owner = await CreateAsync(capacity: 64);
        await using RawPeer reader = await HubRaw.OpenReaderAsync<long>(owner.Address, 100);
        await AnswerPingAsync(reader);
        await WakeOwnerAsync(owner, 7);
        await reader.SendAsync(Wire.Credit(101, 1 << 20));
        await AnswerPingAsync(reader);
        Assert.IsTrue(owner.Reader.TryRead(out long item));
        Assert.AreEqual(7, item);
        // The next is the reader's.
        await WakeOwnerAsync(owner, 8);
        Assert.AreEqual(8, SingleOf(await reader.ReadFrameAsync()));
    }

    [TestMethod]
    public async Task SingleItem_TheOwnerIsWokenAndDoesNotCome_IsOfferedAMomentLater()
    {
        await using SharedChannel<long> owner = await CreateAsync(capacity: 64);
        await using RawPeer reader = await HubRaw.OpenReaderAsync<long>(owner.Address, 100);
        await AnswerPingAsync(reader);
        await WakeOwnerAsync(owner, 7);
        await AnswerPingAsync(reader);
        Assert.IsTrue(_clock.HasTimerWithin(s_moment), "the hub looks soon whether it was taken");
        _clock.Advance(s_moment);
        Assert.AreEqual(7, SingleOf(await reader.ReadFrameAsync()));
    }

    /// <summary>One that is blocked in a read of an item gets it before any reader elsewhere is asked.</summary>
    [TestMethod]
    public async Task SingleItems_TheOwnerIsBlockedInARead_AreTheOwners()
    {
        await using SharedChannel<long> owner = await CreateAsync(capacity: 64);
        await using RawPeer reader = await HubRaw.OpenReaderAsync<long>(owner.Address, 100);
        await AnswerPingAsync(reader);
        for (long item = 0; item < 4; item++)
        {
            Task<long> read = owner.Reader.ReadAsync().AsTask();
            Assert.IsTrue(owner.Writer.TryWrite(item));
            Assert.AreEqual(item, await read.Done());
            await AnswerPingAsync(reader);
        }
        Assert.IsTrue(owner.Writer.TryWrite(4));
        Assert.AreEqual(4, SingleOf(await reader.ReadFrameAsync()));
    }

    /// <summary>Not strictly in turn: one to which the hub is still sending takes what comes meanwhile.</summary>
    [TestMethod]
    public async Task SingleItems_TwoReadersAsk_NeitherIsLeftOut()
    {
        await using SharedChannel<long> owner = await CreateAsync(capacity: 64);
        await using RawPeer first = await HubRaw.OpenReaderAsync<long>(owner.Address, 100);
        await using RawPeer second = await HubRaw.OpenReaderAsync<long>(owner.Address, 100);
        RawPeer[] readers = [first, second];
        foreach (RawPeer reader in readers)
            await AnswerPingAsync(reader);
        Task<RawPeer.Frame>[] next = [first.ReadFrameAsync(), second.ReadFrameAsync()];
        int[] counts = [0, 0];
        for (long item = 0; item < 50 && counts.Min() < 4; item++)
        {
            Assert.IsTrue(owner.Writer.TryWrite(item));
            int turn = Array.IndexOf(next, await Task.WhenAny(next).Done());
            Assert.AreEqual(item, SingleOf(await next[turn]), $"item {item}");
            next[turn] = readers[turn].ReadFrameAsync();
            counts[turn]++;
        }
        Assert.IsGreaterThanOrEqualTo(4, counts.Min(), $"{counts[0]} and {counts[1]} items");
    }

    [TestMethod]
    [DataRow(10, 100, 100, 5, 5)]
    [DataRow(11, 100, 100, 6, 6)]
    [DataRow(10, 3, 100, 3, 5)]
    [DataRow(10, 0, 100, 0, 100)]
    [DataRow(1, 100, 100, 1, 1)]
    public void ReadersThatAsk_GetWhatIsQueuedInEqualParts(int queued, int firstAsks, int secondAsks, int first, int second)
    {
        var sync = new RankedLock(LockRank.HubChannel);
        var queue = new HubQueue(8);
        var readers = new Dispatcher(sync, queue, isLeased: false);
        ReaderAccount[] accounts = [Account(firstAsks), Account(secondAsks), Account(0)];
        using (sync.Enter())
        {
            for (int i = 0; i < queued; i++)
                queue.AppendItem(BitConverter.GetBytes((long)i), isNull: false);
            foreach (ReaderAccount account in accounts)
                readers.Add(account);
            Assert.AreEqual(((long)first, (long)second, 0L), (readers.ShareOf(accounts[0]), readers.ShareOf(accounts[1]), readers.ShareOf(accounts[2])));
            queue.Clear();
        }
    }

    /// <summary>What a writer was granted in all, which it is told together with how much of its came.</summary>
    private static async Task<long> ReadCreditAsync(RawPeer writer)
    {
        RawPeer.Frame credit = await writer.ReadFrameAsync();
        Assert.AreEqual(FrameType.Credit, credit.Type);
        Assert.AreEqual(FrameType.Received, (await writer.ReadFrameAsync()).Type);
        return BitConverter.ToInt64(credit.Body);
    }

    /// <summary>Writes an item for which the owner's reader is woken, and has not come yet.</summary>
    private static async Task WakeOwnerAsync(SharedChannel<long> owner, long item)
    {
        Task<bool> wait = owner.Reader.WaitToReadAsync().AsTask();
        Assert.IsTrue(owner.Writer.TryWrite(item));
        Assert.IsTrue(await wait.Done());
    }

    /// <summary>The item of a frame that brings one alone.</summary>
    private static long SingleOf(RawPeer.Frame frame)
    {
        Assert.AreEqual(FrameType.Items, frame.Type);
        Assert.HasCount(ItemsHeader.Size + sizeof(long), frame.Body);
        return BitConverter.ToInt64(frame.Body.AsSpan(ItemsHeader.Size));
    }

    private static ReaderAccount Account(long asks)
    {
        var outbox = new Outbox(NoConnection.Output, WorkScheduler.Default) { Failed = static _ => { }, LastWritten = static () => { } };
        var account = new ReaderAccount(outbox, 8);
        account.Open(new CreditFrame(asks, 1 << 20));
        return account;
    }

    /// <summary>What was sent before is handled, and nothing but the answer has come.</summary>
    private static async Task AnswerPingAsync(RawPeer peer)
    {
        await peer.SendAsync(Wire.Counter(FrameType.Ping, 1));
        Assert.AreEqual(FrameType.Pong, (await peer.ReadFrameAsync()).Type);
    }

    private Task<SharedChannel<long>> CreateAsync(int capacity) => CrossChannel.CreateBoundedAsync<long>(
        ChannelAddress.Unix(_directory["hub"]), capacity, hub: new() { Connection = new() { TimeProvider = _clock }, DrainTimeout = TimeSpan.Zero }).Done();
}
