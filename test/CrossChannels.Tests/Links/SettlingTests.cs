using CrossChannels.Links;
using CrossChannels.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace CrossChannels.Tests.Links;

/// <summary>What a leased reader keeps: which delivery an item is, and what became of it.</summary>
[TestClass]
public sealed class SettlingTests
{
    [TestMethod]
    public void SettleQueue_AnyOrder_IsWrittenInIt() => ForAllSeeds(static random =>
    {
        var queue = new SettleQueue();
        List<(long Sequence, SettleOutcome Outcome)> added = [], written = [];
        byte[] room = new byte[400];
        long sequence = random.Next(10);
        while (added.Count < 300 || !queue.IsEmpty)
        {
            if (added.Count < 300 && random.Next(12) > 0)
            {
                sequence = random.Next(4) > 0 ? sequence + 1 : Math.Max(0, sequence + random.Next(-20, 20));
                SettleOutcome outcome = random.Next(5) > 0 ? SettleOutcome.Completed : SettleOutcome.Abandoned;
                queue.Add(sequence, outcome);
                added.Add((sequence, outcome));
                Assert.AreEqual(added.Count, queue.Added);
                Assert.IsFalse(queue.IsEmpty);
                continue;
            }
            bool wasAsked = queue.IsAnswerWanted = random.Next(2) == 0;
            int size = random.Next(room.Length), length = queue.Write(room.AsSpan(0, size));
            Assert.IsLessThanOrEqualTo(size, length);
            Assert.AreEqual(SettleFrame.RangesIn(size) > 0 && (wasAsked || written.Count < added.Count), length > 0);
            if (length > 0)
                Read(room.AsSpan(0, length), written, isAnswerWanted: wasAsked && queue.IsEmpty);
            Assert.AreEqual(wasAsked && !(length > 0 && queue.IsEmpty), queue.IsAnswerWanted);
            Assert.AreEqual(written.Count == added.Count, queue.IsEmpty);
        }
        CollectionAssert.AreEqual(added, written);
    });

    [TestMethod]
    public void SettleQueue_OneBehindTheOther_IsOneRange()
    {
        var queue = new SettleQueue();
        for (int i = 0; i < 100_000; i++)
            queue.Add(i, SettleOutcome.Completed);
        byte[] room = new byte[ReceivingHalf.MaxFeedbackBytes];
        Assert.AreEqual(FrameHeader.Size + SettleFrame.LeastSize + SettleFrame.RangeSize, queue.Write(room));
        Assert.IsTrue(queue.IsEmpty);
        Assert.AreEqual(0, queue.Write(room));
    }

    /// <summary>Items that came before the end are still handed out after it, and settling these says nothing to anybody.</summary>
    [TestMethod]
    public void LeaseBook_OpenAtTheEndAndOpenedLater_AreCountedAsLostOnce()
    {
        var book = new LeaseBook();
        for (long sequence = 0; sequence < 3; sequence++)
            book.Open(sequence);
        Assert.IsTrue(book.TrySettle(1, SettleOutcome.Completed));
        Assert.AreEqual(0, book.TakeLost());
        book.Close(new InvalidOperationException());
        book.Open(3);
        Assert.IsTrue(book.HasLost);
        Assert.AreEqual(3, book.TakeLost());
        book.Open(4);
        Assert.AreEqual(1, book.TakeLost());
        Assert.AreEqual(0, book.TakeLost());
        Assert.IsFalse(book.TrySettle(4, SettleOutcome.Completed));
    }

    [TestMethod]
    public void DeliveryTags_AnyOrder_AsAList() => ForAllSeeds(static random =>
    {
        var tags = new DeliveryTags();
        var model = new List<DeliveryTag>();
        long next = random.Next(5);
        for (int step = 0; step < 300; step++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    int count = 1 + random.Next(6), deliveries = random.Next(3);
                    tags.Append(next, count, deliveries, trace: null);
                    for (int i = 0; i < count; i++)
                        model.Add(new DeliveryTag(next++, deliveries));
                    break;
                case 2 or 3 when model.Count > 0:
                    Assert.AreEqual(model[0], tags.Take());
                    model.RemoveAt(0);
                    break;
                case 4 when random.Next(40) == 0:
                    tags.Clear();
                    model.Clear();
                    break;
                default:
                    int cut = random.Next(model.Count + 1);
                    tags.Cut(cut);
                    model.RemoveRange(model.Count - cut, cut);
                    break;
            }
        }
        foreach (DeliveryTag tag in model)
            Assert.AreEqual(tag, tags.Take());
    });

    private static void Read(ReadOnlySpan<byte> frame, List<(long, SettleOutcome)> written, bool isAnswerWanted)
    {
        FrameHeader header = FrameHeader.Read(frame);
        Assert.IsTrue(FrameLimits.Check(header, 1));
        Assert.AreEqual(FrameType.Settle, header.Type);
        Assert.HasCount((int)header.Length, frame[FrameHeader.Size..].ToArray());
        Assert.AreEqual(isAnswerWanted, SettleFrame.ReadFlags(frame[FrameHeader.Size..], out ReadOnlySpan<byte> rest));
        SettleRange last = default;
        while (SettleFrame.TryReadRange(ref rest, out SettleRange range))
        {
            Assert.IsFalse(last.Count > 0 && last.Outcome == range.Outcome && last.First + last.Count == range.First, "Two ranges that are one.");
            for (uint i = 0; i < range.Count; i++)
                written.Add((range.First + i, range.Outcome));
            last = range;
        }
    }

    private static void ForAllSeeds(Action<Random> run) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => run(new Random(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
}
