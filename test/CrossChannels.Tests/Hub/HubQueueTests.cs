using CrossChannels.Hub;
using FsCheck;
using FsCheck.Fluent;

namespace CrossChannels.Tests.Hub;

[TestClass]
public sealed class HubQueueTests
{
    /// <summary>CROSSCHANNELS_LONG=1 makes them hundreds.</summary>
    private static readonly int s_orders = Environment.GetEnvironmentVariable("CROSSCHANNELS_LONG") == "1" ? 800 : 30;

    [TestMethod]
    [DataRow(0)]
    [DataRow(8)]
    [DataRow(24)]
    public void AnyOrder_AsLists(int elementSize) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => new HubQueueModel(elementSize, seed).Run(150))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(s_orders));

    [TestMethod]
    public void TryTake_RangeIsNotHere_LeavesTheOthers()
    {
        var inFlight = new InFlight(8);
        var queue = new HubQueue(8);
        queue.Append(WireItems.Of(0, 3, 8), 3);
        Assert.IsTrue(queue.TryTakeRun(new ItemTaker(), 3, 1000, out ItemBatch run));
        run.LinkSequence = 10;
        inFlight.Add(run);
        var taken = new List<ItemBatch>();
        Assert.IsFalse(inFlight.TryTake(new(9, 2, default), taken));
        Assert.IsFalse(inFlight.TryTake(new(13, 1, default), taken));
        Assert.IsFalse(inFlight.TryTake(new(long.MaxValue, uint.MaxValue, default), taken));
        Assert.IsEmpty(taken);
        Assert.IsFalse(inFlight.TryTake(new(12, 2, default), taken));
        Assert.HasCount(1, taken);
        Assert.AreEqual((12L, 2L, 1), (taken[0].LinkSequence, taken[0].Sequence, taken[0].Count));
        Assert.AreEqual(2, inFlight.Count);
    }
}
