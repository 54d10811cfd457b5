using System.Buffers.Binary;
using System.Diagnostics;
using CrossChannels.Protocol;
using FsCheck;
using FsCheck.Fluent;

namespace CrossChannels.Tests.Protocol;

/// <summary>The frames of shared channels, written and read back.</summary>
[TestClass]
public sealed class HubFrameTests
{
    private static readonly Gen<SettleRange> s_range =
        from first in Gen.Choose(0, int.MaxValue)
        from shift in Gen.Choose(0, 32)
        from count in Gen.Choose(1, int.MaxValue)
        from outcome in Gen.Elements(SettleOutcome.Completed, SettleOutcome.Abandoned)
        select new SettleRange((long)first << shift, (uint)count, outcome);

    [TestMethod]
    public void Settle_AnyRanges_ComeBack()
    {
        var cases = from ranges in Gen.ArrayOf(s_range) where ranges.Length > 0 from isAnswerWanted in Gen.Elements(false, true) select (ranges, isAnswerWanted);
        Prop.ForAll(cases.ToArbitrary(), test =>
        {
            byte[] bytes = new byte[FrameHeader.Size + 1 + (test.ranges.Length * SettleFrame.RangeSize)];
            Assert.AreEqual(test.ranges.Length, SettleFrame.RangesIn(bytes.Length));
            Assert.AreEqual(test.ranges.Length - 1, SettleFrame.RangesIn(bytes.Length - 1));
            Assert.AreEqual(bytes.Length, SettleFrame.Write(bytes, test.isAnswerWanted, test.ranges));
            Assert.AreEqual(new FrameHeader((uint)(bytes.Length - FrameHeader.Size), FrameType.Settle, 0, 0), FrameHeader.Read(bytes));
            (bool isAnswerWanted, List<SettleRange> ranges) = Read(bytes.AsSpan(FrameHeader.Size));
            Assert.AreEqual(test.isAnswerWanted, isAnswerWanted);
            CollectionAssert.AreEqual(test.ranges, ranges);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [TestMethod]
    public void Settle_CutAtAnyByte_ThrowsOrHasWholeRanges()
    {
        byte[] bytes = new byte[200];
        int length = SettleFrame.Write(bytes, true, [new(1, 2, SettleOutcome.Completed), new(9, 1, SettleOutcome.Abandoned), new(10, 1, SettleOutcome.Completed)]);
        for (int body = SettleFrame.LeastSize; body <= length - FrameHeader.Size; body++)
        {
            byte[] cut = bytes[FrameHeader.Size..(FrameHeader.Size + body)];
            if ((body - 1) % SettleFrame.RangeSize == 0)
                Assert.HasCount((body - 1) / SettleFrame.RangeSize, Read(cut).Ranges);
            else
                Assert.ThrowsExactly<MalformedFrameException>(() => Read(cut));
        }
    }

    [TestMethod]
    [DataRow(0L, 0L)]
    [DataRow(long.MaxValue, 1L)]
    [DataRow(5L, long.MaxValue)]
    public void Reclaimed_WriteRead_Same(long read, long cut)
    {
        var frame = new ReclaimedFrame(read, cut);
        byte[] bytes = new byte[ReclaimedFrame.Size];
        Assert.AreEqual(ReclaimedFrame.Size, frame.Write(bytes));
        Assert.AreEqual(new FrameHeader(ReclaimedFrame.BodySize, FrameType.Reclaimed, 0, 0), FrameHeader.Read(bytes));
        Assert.AreEqual(frame, ReclaimedFrame.Parse(bytes.AsSpan(FrameHeader.Size)));
    }

    [TestMethod]
    public void Reclaimed_Negative_Throws()
    {
        foreach (ReclaimedFrame frame in new ReclaimedFrame[] { new(-1, 0), new(0, -1), new(long.MinValue, long.MinValue) })
        {
            byte[] bytes = new byte[ReclaimedFrame.Size];
            frame.Write(bytes);
            Assert.ThrowsExactly<MalformedFrameException>(() => ReclaimedFrame.Parse(bytes.AsSpan(FrameHeader.Size)));
        }
    }

    [TestMethod]
    public void Ended_WriteRead_IsACompleteOfItsOwnType()
    {
        byte[] bytes = new byte[FrameHeader.Size + FrameLimits.ControlBytes];
        var ended = new CompleteFrame(0, CompletionOutcome.Error, "A.Type", "gone");
        int length = ended.Write(bytes, FrameType.Ended);
        Assert.AreEqual(FrameType.Ended, FrameHeader.Read(bytes).Type);
        Assert.AreEqual(ended, CompleteFrame.Read(bytes.AsSpan(FrameHeader.Size, length - FrameHeader.Size), FrameType.Ended));
    }

    [TestMethod]
    public void Deliveries_AmongAnyOtherFields_ComeBack()
    {
        var others = Gen.ArrayOf(
            from id in Gen.Choose(2, ushort.MaxValue)
            from value in Gen.ArrayOf(Gen.Choose(0, 255))
            select (Id: (ushort)id, Value: value.Select(static one => (byte)one).ToArray()));
        var cases = from before in others from after in others from deliveries in Gen.Choose(0, int.MaxValue) select (before, after, deliveries);
        Prop.ForAll(cases.ToArbitrary(), test =>
        {
            byte[] field = new byte[ItemsExtension.DeliveriesSize];
            ItemsExtension.WriteDeliveries(field, test.deliveries);
            byte[] block = [.. test.before.SelectMany(Field), .. field, .. test.after.SelectMany(Field)];
            Assert.AreEqual(test.deliveries, ItemsExtension.ReadDeliveries(block));
            Assert.AreEqual(0, ItemsExtension.ReadDeliveries([.. test.before.SelectMany(Field)]));
            if (test.after.Length == 0)
                Assert.ThrowsExactly<MalformedFrameException>(() => ItemsExtension.ReadDeliveries(block.AsSpan(..^1)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [TestMethod]
    public void Trace_AmongOtherFields_ComesBack_AndOneOfAnotherLengthIsNone()
    {
        var trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
        byte[] field = new byte[ItemsExtension.TraceSize];
        ItemsExtension.WriteTrace(field, trace);
        byte[] deliveries = new byte[ItemsExtension.DeliveriesSize];
        ItemsExtension.WriteDeliveries(deliveries, 7);
        Assert.AreEqual(trace, ItemsExtension.ReadTrace([.. deliveries, .. field, .. Field((9, [1]))]));
        Assert.AreEqual(7, ItemsExtension.ReadDeliveries([.. field, .. deliveries]));
        Assert.AreEqual(default, ItemsExtension.ReadTrace(deliveries));
        Assert.AreEqual(default, ItemsExtension.ReadTrace(Field((2, new byte[24]))));
        Assert.ThrowsExactly<MalformedFrameException>(() => ItemsExtension.ReadTrace(field.AsSpan(..^1)));
    }

    private static byte[] Field((ushort Id, byte[] Value) field)
    {
        byte[] bytes = new byte[4 + field.Value.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, field.Id);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)field.Value.Length);
        field.Value.CopyTo(bytes, 4);
        return bytes;
    }

    private static (bool IsAnswerWanted, List<SettleRange> Ranges) Read(ReadOnlySpan<byte> body)
    {
        bool isAnswerWanted = SettleFrame.ReadFlags(body, out ReadOnlySpan<byte> rest);
        List<SettleRange> ranges = [];
        while (SettleFrame.TryReadRange(ref rest, out SettleRange range))
            ranges.Add(range);
        return (isAnswerWanted, ranges);
    }
}
