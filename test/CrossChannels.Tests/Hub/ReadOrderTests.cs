using CrossChannels.Hub;
using CrossChannels.Protocol;
using CrossChannels.Tests.Faults;

namespace CrossChannels.Tests.Hub;

/// <summary>What is taken back from a reader that lives reaches no reader that has had later items.</summary>
[TestClass]
public sealed class ReadOrderTests : IDisposable
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(10);

    private readonly TempDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task SlowReader_AnotherHasHadLaterItems_IsAskedOnlyWhenItHasStopped()
    {
        await using SharedChannel<long> owner = await CreateAsync();
        await using RawPeer slow = await HubRaw.OpenReaderAsync<long>(owner.Address, 3);
        for (long item = 1; item <= 3; item++)
        {
            await owner.Writer.WriteAsync(item).Done();
            await slow.ReadFrameAsync(FrameType.Items);
        }
        await using RawPeer fast = await HubRaw.OpenReaderAsync<long>(owner.Address, 1);
        await owner.Writer.WriteAsync(4).Done();
        await fast.ReadFrameAsync(FrameType.Items);
        await fast.SendAsync(Wire.Counter(FrameType.Report, 1), Wire.Credit(2, 1 << 20), Wire.Counter(FrameType.Ping, 1));
        Assert.AreEqual(FrameType.Pong, (await fast.ReadFrameAsync()).Type, "the hub knows what it has read before the clock moves");
        await Wait.Until(() => _clock.HasTimerWithin(s_moment), "the fast reader waits");
        _clock.Advance(s_moment);
        await slow.SendAsync(Wire.Counter(FrameType.Ping, 1));
        Assert.AreEqual(FrameType.Pong, (await ReadPastProbeAsync(slow, isClockMoved: false)).Type, "the slow reader's items are older than what the fast one has had");
        await Wait.Until(() => _clock.HasTimerWithin(TimeSpan.FromMilliseconds(200)), "the slow reader is watched");
        _clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.AreEqual(FrameType.Reclaim, (await ReadPastProbeAsync(slow, isClockMoved: true)).Type);
        await slow.SendAsync(HubRaw.Reclaimed(0, 2));
        Assert.AreEqual(FrameType.Items, (await fast.ReadFrameAsync()).Type);
    }

    [TestMethod]
    public async Task SlowReader_AnotherHasHadNothing_IsAskedAtOnceAndOnlyThatOneGetsThem()
    {
        await using SharedChannel<long> owner = await CreateAsync();
        await using RawPeer slow = await HubRaw.OpenReaderAsync<long>(owner.Address, 3);
        for (long item = 1; item <= 3; item++)
        {
            await owner.Writer.WriteAsync(item).Done();
            await slow.ReadFrameAsync(FrameType.Items);
        }
        await using RawPeer fast = await HubRaw.OpenReaderAsync<long>(owner.Address, 1);
        await owner.Writer.WriteAsync(4).Done();
        await fast.ReadFrameAsync(FrameType.Items);
        await fast.SendAsync(Wire.Counter(FrameType.Report, 1), Wire.Credit(2, 1 << 20), Wire.Counter(FrameType.Ping, 1));
        Assert.AreEqual(FrameType.Pong, (await fast.ReadFrameAsync()).Type, "the hub knows what it has read before the clock moves");
        await using RawPeer fresh = await HubRaw.OpenReaderAsync<long>(owner.Address, 1);
        await Wait.Until(() => _clock.HasTimerWithin(s_moment), "a reader waits");
        _clock.Advance(s_moment);
        RawPeer.Frame asked = await slow.ReadFrameAsync();
        Assert.AreEqual((FrameType.Reclaim, 2L), (asked.Type, asked.Count), "of three items one of two readers keeps its half");
        await slow.SendAsync(HubRaw.Reclaimed(0, 2));
        Assert.AreEqual(FrameType.Items, (await fresh.ReadFrameAsync()).Type);
        await fast.SendAsync(Wire.Counter(FrameType.Ping, 2));
        Assert.AreEqual(FrameType.Pong, (await fast.ReadFrameAsync()).Type, "item 3 is not for the reader that has had item 4");
    }

    [TestMethod]
    public void Queue_NoReaderIsLeftThatMayHaveIt_AnyMay()
    {
        var queue = new HubQueue(8);
        ItemTaker late = new() { Highest = 9 }, early = new() { Highest = -1 };
        queue.Append(WireItems.Of(0, 1, 8), 1);
        Assert.IsTrue(queue.TryTakeRun(early, 1, 100, out ItemBatch batch));
        queue.Return(batch with { IsInOrder = true });
        Assert.IsTrue(queue.HasFor(early));
        Assert.IsFalse(queue.HasFor(late));
        queue.Reconsider([late, early]);
        Assert.IsFalse(queue.HasFor(late));
        queue.Reconsider([late]);
        Assert.IsTrue(queue.HasFor(late));
        queue.Clear();
    }

    [TestMethod]
    public void Queue_AReaderGaveItemsBack_ItGetsThemOnlyOnceItIsTheLastReader()
    {
        var queue = new HubQueue(8);
        ItemTaker giver = new(), other = new();
        queue.Append(WireItems.Of(0, 1, 8), 1);
        Assert.IsTrue(queue.TryTakeRun(giver, 1, 100, out ItemBatch batch));
        queue.Return(batch with { TakenFrom = giver });
        queue.Reconsider([giver, other]);
        Assert.IsTrue(queue.HasFor(other));
        Assert.IsFalse(queue.HasFor(giver), "they would go to and fro between the hub and the reader that was asked for them");
        queue.Reconsider([giver]);
        Assert.IsTrue(queue.HasFor(giver));
        queue.Clear();
    }

    /// <summary>What came back from a reader that was lost is for anybody.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Queue_AnEarlyItemCameBack_WhoTakesItHasHadTheLaterOnesAllTheSame(bool takesMany)
    {
        var queue = new HubQueue(8);
        ItemTaker lost = new(), owner = new();
        queue.Append(WireItems.Of(0, 4, 8), 4);
        Assert.IsTrue(queue.TryTakeRun(lost, 1, 100, out ItemBatch first));
        Assert.IsTrue(queue.TryTakeRun(lost, 1, 100, out ItemBatch second));
        Assert.AreEqual(2, Take());
        Assert.AreEqual(3, Take());
        queue.Return(first);
        Assert.AreEqual(0, Take());
        queue.Return(second with { IsInOrder = true });
        Assert.IsFalse(queue.HasFor(owner), "item 1 is not for a reader that has had item 3");
        queue.Clear();

        long Take()
        {
            long sequence;
            if (takesMany)
                Assert.AreEqual(1, queue.TakeMany(owner, new long[1], out sequence));
            else
                Assert.IsTrue(queue.TryTake<long>(owner, out _, out sequence));
            return sequence;
        }
    }

    /// <summary>A request for nothing only asks for a sign of life, and may come at any look at who waits.</summary>
    private async Task<RawPeer.Frame> ReadPastProbeAsync(RawPeer peer, bool isClockMoved)
    {
        while (true)
        {
            Task<RawPeer.Frame> next = peer.ReadFrameAsync();
            // Of the hub's timers a test sees only that there are some: the clock moves on until the one that matters was due.
            while (isClockMoved && !next.IsCompleted)
            {
                _clock.Advance(s_moment);
                await Task.WhenAny(next, Task.Delay(100));
            }
            RawPeer.Frame frame = await next;
            if (frame.Type != FrameType.Reclaim || frame.Count > 0)
                return frame;
            await peer.SendAsync(HubRaw.Reclaimed(0, 0));
        }
    }

    private Task<SharedChannel<long>> CreateAsync() => CrossChannel.CreateBoundedAsync<long>(
        ChannelAddress.Unix(_directory["hub"]), 8, hub: new() { Connection = new() { TimeProvider = _clock }, DrainTimeout = TimeSpan.Zero }).Done();
}
