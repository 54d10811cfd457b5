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
