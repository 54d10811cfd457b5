using CrossChannels.Channels;
using CrossChannels.Links;
using CrossChannels.Protocol;
using CrossChannels.Serialization;

namespace CrossChannels.Tests.Links;

/// <summary>A hub's reader, whose items come by a lane, just as one comes while it is about to wait.</summary>
[TestClass]
public sealed class FedReaderTests
{
    private const int MostLooks = 12;

    /// <summary>Whenever it comes, the reader gets it: by a look of its own, or because the hub rings.</summary>
    [TestMethod]
    public async Task ItemComesBetweenTwoLooksOfAReaderThatIsAboutToWait_ItIsHanded()
    {
        int latest = 0;
        for (int looks = 0; looks <= MostLooks; looks++)
        {
            using var reader = new FedReader(looks);
            var waiter = new ItemWaiter<long>(reader.Items.Sync, new WaiterPool(), ItemCodec.Create(new ItemOptions<long>()));
            Task<long> read = new ValueTask<long>(waiter, waiter.Version).AsTask();
            if (reader.Items.TryEnqueueReader(waiter, out _))
            {
                reader.RingIfParked();
                Assert.AreEqual(LateFeed.Item, await read.Done($"the item that came at look {looks}"));
            }
            else
            {
                Assert.IsTrue(reader.Items.TryTake(out long item));
                Assert.AreEqual(LateFeed.Item, item);
            }
            latest = Math.Max(latest, reader.Feed.Looks);
        }
        Assert.IsLessThan(MostLooks, latest, "There are moments that this test does not try.");
    }

    [TestMethod]
    public async Task ItemComesBetweenTwoLooksOfAReaderThatIsAboutToWaitForAny_ItIsTold()
    {
        for (int looks = 0; looks <= MostLooks; looks++)
        {
            using var reader = new FedReader(looks);
            ValueTask<bool> wait = reader.Items.WaitAsync(CancellationToken.None);
            reader.RingIfParked();
            Assert.IsTrue(await wait.AsTask().Done($"the item that came at look {looks}"));
            Assert.IsTrue(reader.Items.TryTake(out long _));
        }
    }

    /// <summary>A reader that is parked, and whose hub publishes an item, rings and ends at once.</summary>
    [TestMethod]
    public async Task EndComesBeforeTheRing_TheReaderGetsTheItemFirst()
    {
        using var reader = new FedReader(int.MaxValue);
        var waiter = new ItemWaiter<long>(reader.Items.Sync, new WaiterPool(), ItemCodec.Create(new ItemOptions<long>()));
        Task<long> read = new ValueTask<long>(waiter, waiter.Version).AsTask();
        Assert.IsTrue(reader.Items.TryEnqueueReader(waiter, out _));
        reader.Feed.Publish();
        Assert.IsTrue(reader.Items.TryClose(new Closure(new Ending(EndingKind.Completed), null), drop: false));
        Assert.AreEqual(LateFeed.Item, await read.Done());
        Assert.IsFalse(await reader.Items.WaitAsync(CancellationToken.None).Done());
    }

    /// <summary>The reading half of a link to a hub, over a feed of the test's.</summary>
    private sealed class FedReader : IDisposable
    {
        private readonly Link _link;

        public FedReader(int looks)
        {
            Feed = new LateFeed(looks);
            ItemCodec<long> codec = ItemCodec.Create(new ItemOptions<long>());
            _link = new Link(
                new ScriptedInput(),
                new CollectingOutput(),
                new LinkIdentity(codec.Contract, codec.Contract, "", new ConnectionOptions()),
                new LinkPeer("a test", null, null, null),
                new FedHalves(
                    new SenderOptions(sizeof(long), sizeof(long), 1 << 20, WakeInline: false),
                    new ReceiverOptions(sizeof(long), sizeof(long), 16, 10_000, Drops: null, IsSingleReader: false, WakeInline: false, ReaderDemand.Ahead),
                    Feed));
            Items = _link.Items();
        }

        public LateFeed Feed { get; }

        public ItemReceiver Items { get; }

        /// <summary>What a hub does whose reader is parked when the item is published.</summary>
        public void RingIfParked()
        {
            if (!Feed.Publish())
                return;
            WakeList wake = default;
            Assert.IsTrue(Items.TryHandle(FrameType.Doorbell, [], ref wake));
            wake.Wake(inline: false);
        }

        public void Dispose() => _link.Abort(null);
    }

    private sealed record FedHalves(SenderOptions Sender, ReceiverOptions Receiver, ILaneFeed Feed) : LinkHalves
    {
        public override SendingHalf MakeSender(Outbox outbox) => new ItemSender(outbox, Sender);

        public override ReceivingHalf MakeReceiver(Outbox outbox) => new ItemReceiver(outbox, Receiver, Feed);
    }

    /// <summary>A lane on which one item is published just before the reader looks for the n-th time.</summary>
    private sealed class LateFeed(int publishedBefore) : ILaneFeed
    {
        public const long Item = 7;

        private bool _isPublished;
        private bool _isParked;
        private bool _isFed;

        public int Looks { get; private set; }

        public long Unfed => HasItem() ? 1 : 0;

        public bool IsWithdrawn => false;

        public string? Violation => null;

        public bool IsRungInVain => false;

        /// <returns>Whether the hub rings now: the item is new, and the reader has said that it is parked.</returns>
        public bool Publish()
        {
            bool isNew = !_isPublished;
            _isPublished = true;
            return isNew && _isParked;
        }

        public bool TryFeed(ItemQueue queue, out int count, out int bytes, out int deliveries)
        {
            count = bytes = deliveries = 0;
            if (!HasItem())
                return false;
            _isFed = true;
            count = 1;
            bytes = sizeof(long);
            queue.Append(BitConverter.GetBytes(Item), count);
            return true;
        }

        public bool TryPark()
        {
            _isParked = !HasItem();
            return _isParked;
        }

        public void Rung() => _isParked = false;

        public bool TryHand(int count) => true;

        public void Handed(int count) => Assert.AreEqual(1, count);

        public bool TryWakeHub() => false;

        // The item was not asked for by a frame, as it would be on a link that has begun.
        public void Violate(string violation) => Assert.Contains("not asked for", violation);

        public bool Spin() => false;

        public void Close()
        {
        }

        private bool HasItem()
        {
            if (Looks++ == publishedBefore)
                _isPublished = true;
            return _isPublished && !_isFed;
        }
    }
}
