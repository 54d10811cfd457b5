using System.Runtime.Versioning;
using CrossChannels.SharedMemory;

namespace CrossChannels.Tests.SharedMemory;

[TestClass]
[SupportedOSPlatform("linux")]
public sealed class LaneTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(511)]
    [DataRow(1024)]
    [DataRow(50_000)]
    public void Numbers_CapacityIsExact(int capacity)
    {
        using LanePair lane = LanePair.OfNumbers(capacity);
        long written = 0, read = 0;
        for (int lap = 0; lap < 20; lap++)
        {
            while (lane.Writer.TryWrite(written))
                written++;
            Assert.AreEqual(capacity, written - read);
            Assert.AreEqual(capacity, lane.Reader.Count);
            for (int i = 0; i < (capacity + lap) / 2; i++)
            {
                if (!lane.Reader.TryRead(out long item))
                    break;
                Assert.AreEqual(read++, item);
            }
        }
        while (lane.Reader.TryRead(out long item))
            Assert.AreEqual(read++, item);
        Assert.AreEqual(written, read);
        Assert.AreEqual(0, lane.Reader.Count);
    }

    [TestMethod]
    public void Numbers_ManyAtOnce_CrossChunks()
    {
        using LanePair lane = LanePair.OfNumbers(100_000);
        long[] items = new long[70_001];
        long[] read = new long[33_333];
        long written = 0, taken = 0;
        for (int lap = 0; lap < 30; lap++)
        {
            for (int i = 0; i < items.Length; i++)
                items[i] = written + i;
            written += lane.Writer.TryWriteMany<long>(items);
            Assert.IsTrue(written - taken <= 100_000);
            while (written - taken > lap * 1000)
            {
                int count = lane.Reader.TryReadMany<long>(read);
                Assert.IsGreaterThan(0, count);
                for (int i = 0; i < count; i++)
                    Assert.AreEqual(taken++, read[i]);
            }
        }
        Assert.IsGreaterThan(1_000_000, written);
        Assert.IsNull(lane.Writer.Violation);
        Assert.IsNull(lane.Reader.Violation);
    }

    [TestMethod]
    public void Records_OfEveryLength_ComeAsTheyWere()
    {
        using LanePair lane = LanePair.OfRecords(1000, 1 << 20);
        var random = new Random(7);
        Queue<byte[]?> expected = new();
        for (int i = 0; i < 20_000; i++)
        {
            int length = random.Next(10) switch { 0 => 0, 1 => random.Next(200_000), 2 => random.Next(9), _ => random.Next(500) };
            byte[]? item = i % 17 == 0 ? null : new byte[length];
            if (item is not null)
                random.NextBytes(item);
            while (!lane.Writer.TryWrite(item, item is null))
                AssertTakes(lane.Reader, expected.Dequeue());
            expected.Enqueue(item);
        }
        while (expected.TryDequeue(out byte[]? item))
            AssertTakes(lane.Reader, item);
        Assert.IsFalse(lane.Reader.TryPeekLength(out _));
        Assert.IsNull(lane.Writer.Violation);
    }

    [TestMethod]
    public void Records_BytesAreLimited_AndTheLastMayExceedIt()
    {
        using LanePair lane = LanePair.OfRecords(1000, 1000);
        Assert.IsTrue(lane.Writer.TryWrite(new byte[500_000], false));
        Assert.IsFalse(lane.Writer.HasRoom);
        Assert.IsFalse(lane.Writer.TryWrite(new byte[1], false));
        AssertTakes(lane.Reader, new byte[500_000]);
        // With their heads 496 bytes each: the third begins below the limit, and is the last.
        for (int i = 0; i < 3; i++)
            Assert.IsTrue(lane.Writer.TryWrite(new byte[488], false));
        Assert.IsFalse(lane.Writer.TryWrite(new byte[1], false));
    }

    [TestMethod]
    public void Record_Peeked_Stays()
    {
        using LanePair lane = LanePair.OfRecords(10, 1 << 20);
        byte[] item = [.. Enumerable.Range(0, 150_000).Select(i => (byte)(i * 7))];
        Assert.IsTrue(lane.Writer.TryWrite(item, false));
        byte[] copy = new byte[item.Length];
        for (int i = 0; i < 3; i++)
        {
            Assert.IsTrue(lane.Reader.TryPeekLength(out int length));
            Assert.AreEqual(item.Length, length);
            Assert.IsTrue(lane.Reader.TryCopyNext(copy, take: false));
            CollectionAssert.AreEqual(item, copy);
        }
        AssertTakes(lane.Reader, item);
        Assert.AreEqual(1, lane.Reader.Taken);
    }

    [TestMethod]
    public void Elements_LargerThanAChunk_Cross()
    {
        using var lane = new LanePair(LaneLayout.Of(100_000, 100_000, 3, 1 << 20));
        byte[] item = new byte[100_000];
        for (byte i = 0; i < 20; i++)
        {
            item.AsSpan().Fill(i);
            Assert.IsTrue(lane.Writer.TryWrite(item, false));
            AssertTakes(lane.Reader, item);
        }
    }

    [TestMethod]
    public void Close_IsSeenBehindTheItems()
    {
        using LanePair lane = LanePair.OfNumbers(10);
        Assert.IsTrue(lane.Writer.TryWrite(1L));
        Assert.IsFalse(lane.Reader.IsClosed);
        lane.Writer.Close();
        Assert.IsTrue(lane.Reader.IsClosed);
        Assert.IsTrue(lane.Reader.HasItems);
        Assert.IsFalse(lane.Reader.TryPark());
    }

    [TestMethod]
    public void Parked_IsWokenOnce()
    {
        using LanePair lane = LanePair.OfNumbers(1);
        Assert.IsFalse(lane.Writer.TryWakeReader());
        Assert.IsTrue(lane.Reader.TryPark());
        Assert.IsTrue(lane.Writer.TryWrite(1L));
        Assert.IsTrue(lane.Writer.TryWakeReader());
        Assert.IsFalse(lane.Writer.TryWakeReader());
        Assert.IsFalse(lane.Reader.TryPark());
        Assert.IsTrue(lane.Writer.TryPark());
        Assert.IsTrue(lane.Reader.TryRead(out long _));
        Assert.IsTrue(lane.Reader.TryWakeWriter());
        Assert.IsFalse(lane.Reader.TryWakeWriter());
        Assert.IsFalse(lane.Writer.TryPark());
    }

    internal static void AssertTakes(LaneReader reader, byte[]? expected)
    {
        Assert.IsTrue(reader.TryPeekLength(out int length));
        Assert.AreEqual(expected?.Length ?? -1, length);
        byte[] item = new byte[Math.Max(0, length)];
        Assert.IsTrue(reader.TryCopyNext(item, take: true));
        Assert.IsTrue(item.AsSpan().SequenceEqual(expected));
    }
}
