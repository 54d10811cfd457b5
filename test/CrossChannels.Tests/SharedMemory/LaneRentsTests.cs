using System.Runtime.Versioning;
using CrossChannels.SharedMemory;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>The account of the pages that a lane has to rent.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class LaneRentsTests
{
    private const int Pages = 50;

    /// <summary>A model that knows who has each page.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public unsafe void BlocksAtRandom_NeverOverlap_AndAllPagesComeBack(int seed)
    {
        var random = new Random(seed);
        using var lane = new LanePair(LaneLayout.Of(0, Pages * LaneLayout.RentedPage, 1000, 1 << 30).WithRent(Pages * LaneLayout.RentedPage));
        bool[] used = new bool[Pages];
        List<(int Page, int Bytes)> rented = [];
        List<(int Page, int Bytes, nint Returned, long Number)> held = [];
        int refused = 0;
        for (int i = 0; i < 50_000; i++)
        {
            switch (random.Next(4))
            {
                case 0 or 1:
                    int bytes = 1 + random.Next(random.Next(10) * LaneLayout.RentedPage + 1);
                    if (lane.Rents.TryRent(bytes, out int page))
                    {
                        Mark(page, bytes, isUsed: true);
                        rented.Add((page, bytes));
                    }
                    else
                    {
                        refused++;
                    }
                    break;
                case 2 when rented.Count > 0:
                    (int Page, int Bytes) one = Take(rented);
                    if (random.Next(2) == 0)
                    {
                        lane.Rents.GiveBack(one.Page, one.Bytes);
                        Mark(one.Page, one.Bytes, isUsed: false);
                        break;
                    }
                    Assert.IsTrue(lane.Writer.TryWriteRented(one.Page, one.Bytes, out long number));
                    lane.Rents.Published(one.Page, one.Bytes, number);
                    Assert.IsTrue(lane.Reader.TryPeekLength(out int length) && lane.Reader.IsRented);
                    Assert.AreEqual(one.Bytes, length);
                    lane.Reader.TakeRented(out _, out nint returned, out long taken);
                    Assert.AreEqual(number, taken);
                    held.Add((one.Page, one.Bytes, returned, taken));
                    break;
                case 3 when held.Count > 0:
                    (int Page, int Bytes, nint Returned, long Number) item = Take(held);
                    Volatile.Write(ref *(long*)item.Returned, item.Number);
                    Mark(item.Page, item.Bytes, isUsed: false);
                    break;
            }
        }
        Assert.IsGreaterThan(0, refused);
        rented.ForEach(one => lane.Rents.GiveBack(one.Page, one.Bytes));
        held.ForEach(static item => Volatile.Write(ref *(long*)item.Returned, item.Number));
        Assert.IsTrue(lane.Rents.TryRent(Pages * LaneLayout.RentedPage, out int first));
        Assert.AreEqual(0, first);

        void Mark(int page, int bytes, bool isUsed)
        {
            for (int i = page; i < page + ((bytes + LaneLayout.RentedPage - 1) / LaneLayout.RentedPage); i++)
            {
                Assert.AreNotEqual(isUsed, used[i], $"page {i}");
                used[i] = isUsed;
            }
        }

        T Take<T>(List<T> list)
        {
            int at = random.Next(list.Count);
            T taken = list[at];
            list.RemoveAt(at);
            return taken;
        }
    }

    [TestMethod]
    [DataRow(10L, LaneLayout.RentedPage)]
    [DataRow(9L, LaneLayout.RentedPage + 1)]
    [DataRow(-1L, 1)]
    [DataRow(long.MaxValue, 1)]
    [DataRow(0L, int.MaxValue)]
    [DataRow(0L, 0)]
    [DataRow(0L, -5)]
    public void RecordOutsideOfThePages_IsAViolation(long page, int length)
    {
        using var lane = new LanePair(LaneLayout.Of(0, 1 << 20, 10, 1 << 20).WithRent(10 * LaneLayout.RentedPage));
        Assert.IsTrue(lane.Writer.TryWriteRented(page, length, out _));
        Assert.IsFalse(lane.Reader.TryPeekLength(out _));
        Assert.IsNotNull(lane.Reader.Violation);
    }

    /// <summary>A lane that has none takes the same bytes for a record that is far too long.</summary>
    [TestMethod]
    public void RentedRecordOnALaneWithoutPages_IsAViolation()
    {
        using LanePair lane = LanePair.OfRecords(10, 1 << 20);
        Assert.IsTrue(lane.Writer.TryWriteRented(0, 1, out _));
        Assert.IsFalse(lane.Reader.TryPeekLength(out _));
        Assert.IsNotNull(lane.Reader.Violation);
    }

    /// <summary>Rented bytes are unread like all others.</summary>
    [TestMethod]
    public void UnreadBytes_CountThoseThatAreRented()
    {
        using var lane = new LanePair(LaneLayout.Of(0, 1 << 20, 1000, 100_000).WithRent(1 << 20));
        int written = 0;
        while (lane.Rents.TryRent(40_000, out int page) && lane.Writer.TryWriteRented(page, 40_000, out _))
            written++;
        // The last may exceed the limit.
        Assert.AreEqual(3, written);
    }
}
