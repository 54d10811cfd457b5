using CrossChannels.Hub;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;
using CrossChannels.Tests.Faults;
using CrossChannels.Tests.Injection;
using CrossChannels.Tests.Links;

namespace CrossChannels.Tests.Hub;

/// <summary>The lease whose settlement ends its channel is confirmed as every other is: the end does not overtake the answer.</summary>
[TestClass]
[DoNotParallelize]
public sealed class LastLeaseTests
{
    private static readonly ItemContract s_longs = ItemCodec.Create(new ItemOptions<long>()).Contract;

    private readonly LateScheduler _scheduler = new();
    private WorkScheduler? _before;

    [TestInitialize]
    public void Begin()
    {
        _before = WorkScheduler.Default;
        WorkScheduler.Default = _scheduler;
    }

    [TestCleanup]
    public void End() => WorkScheduler.Default = _before!;

    /// <summary>All that is posted is written at once, at each point at which no lock is held.</summary>
    [TestMethod]
    public async Task LastLease_IsSettledWithAnAnswerWanted_TheAnswerGoesBeforeTheEnd()
    {
        int points = 0;
        for (bool isInside = true; isInside; points++)
        {
            Reader[] readers = await OpenAsync(count: 1);
            isInside = NestedCall.Run(readers[0].Settle, points, _scheduler.RunBackwards);
            await CheckAsync(readers, points);
        }
        Assert.IsGreaterThan(3, points);
    }

    /// <summary>Between a settlement and its answer another reader settles what was left.</summary>
    [TestMethod]
    public async Task LastLeaseOfAnother_IsSettledBetweenASettlementAndItsAnswer_TheAnswerGoesBeforeTheEnd()
    {
        int points = 0;
        for (bool isInside = true; isInside; points++)
        {
            Reader[] readers = await OpenAsync(count: 2);
            isInside = NestedCall.Run(readers[0].Settle, points, () =>
            {
                readers[1].Settle();
                _scheduler.RunBackwards();
            });
            if (!isInside)
                readers[1].Settle();
            await CheckAsync(readers, points);
        }
        Assert.IsGreaterThan(2, points);
    }

    /// <summary>Readers of a channel that is complete, each of which holds one item of it.</summary>
    private async Task<Reader[]> OpenAsync(int count)
    {
        var channel = new QueueChannel(
            "items",
            new QueueOptions(s_longs, 100, 1 << 20, 1 << 20, CompletionPolicy.AnyWriter, new HubOptions()) { Leases = new LeaseOptions() },
            new HubBudget(1 << 30));
        var readers = new Reader[count];
        for (int i = 0; i < count; i++)
        {
            readers[i] = new Reader(channel);
            await WorkUntil(() => readers[i].Types.Contains(FrameType.Welcome), "the reader is to be greeted");
        }
        for (int i = 0; i < count; i++)
        {
            Assert.IsTrue(channel.OwnerWrites.TryAccept((long)i));
            await WorkUntil(() => readers.Count(static reader => reader.Types.Contains(FrameType.Items)) == i + 1, "an item is to be sent");
        }
        foreach (Reader reader in readers)
            await reader.TakeAsync(_scheduler);
        Assert.IsTrue(channel.TryComplete(null));
        _scheduler.RunBackwards();
        return readers;
    }

    private async Task CheckAsync(Reader[] readers, int point)
    {
        foreach (Reader reader in readers)
        {
            await WorkUntil(() => reader.Types.Contains(FrameType.Complete), $"the reader is to be told of the end, at point {point}");
            List<FrameType> types = reader.Types;
            Assert.AreEqual(1, types.Count(static type => type == FrameType.Settled), $"at point {point}: {string.Join(", ", types)}");
            Assert.IsLessThan(types.IndexOf(FrameType.Complete), types.IndexOf(FrameType.Settled), $"at point {point}: {string.Join(", ", types)}");
            await reader.CloseAsync(_scheduler);
        }
    }

    private Task WorkUntil(Func<bool> condition, string what) => Wait.Until(
        () =>
        {
            _scheduler.RunBackwards();
            return condition();
        },
        what);

    /// <summary>A leased reader that asks for one item; the test is the program behind it.</summary>
    private sealed class Reader
    {
        private readonly ScriptedInput _input = new();
        private readonly CollectingOutput _output = new();
        private readonly Link _link;

        public Reader(QueueChannel channel)
        {
            byte[] greeting = new LinkIdentity(ItemContract.None, s_longs, channel.Name, new ConnectionOptions(), LinkRole.LeasedReader).Greeting();
            Assert.IsTrue(Preamble.TryRead(greeting, out Preamble preamble));
            var hello = Hello.Read(greeting.AsSpan(Preamble.Size, preamble.HelloLength));
            _link = channel.Attach(new HubRequest(hello, _input, _output, new LinkPeer("a test", null, null, null)));
            _input.Add([.. greeting, .. Wire.Welcome(1, 1 << 20, 1 << 20)]);
        }

        public List<FrameType> Types => [.. _output.Frames().Select(static frame => frame.Header.Type)];

        /// <summary>Says that its program has the item.</summary>
        public async Task TakeAsync(LateScheduler scheduler)
        {
            int asked = _input.Asked;
            _input.Add(Wire.Counter(FrameType.Report, 1));
            await Wait.Until(
                () =>
                {
                    scheduler.RunBackwards();
                    return _input.Asked > asked;
                },
                "the report is to be taken");
        }

        public void Settle()
        {
            WakeList wake = default;
            byte[] frame = HubRaw.Settle(isAnswerWanted: true, new SettleRange(0, 1, SettleOutcome.Completed));
            Assert.IsTrue(_link.Sender.TryHandle(FrameType.Settle, frame.AsSpan(FrameHeader.Size), ref wake));
            wake.Wake(inline: false);
        }

        public async Task CloseAsync(LateScheduler scheduler)
        {
            _link.Abort(null);
            _input.End();
            await Wait.Until(
                () =>
                {
                    scheduler.RunBackwards();
                    return _link.Closed.IsCompleted;
                },
                "the link is to be closed");
        }
    }
}
