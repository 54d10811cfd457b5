using CrossChannels.Links;
using CrossChannels.Tests.Hub;
using FsCheck;
using FsCheck.Fluent;

namespace CrossChannels.Tests.Links;

/// <summary>The queue of received items against a list of numbers, with items that are held while others come.</summary>
[TestClass]
public sealed class ItemQueueTests
{
    [TestMethod]
    [DataRow(0)]
    [DataRow(8)]
    [DataRow(24)]
    public void AnyOrder_AsAList(int elementSize) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Run(elementSize, new Random(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static void Run(int elementSize, Random random)
    {
        var queue = new ItemQueue(elementSize, itemwise: false);
        var model = new List<long>();
        var held = new List<(ItemSlice Slice, long Number)>();
        var runs = new List<(BatchSlice Run, long[] Numbers)>();
        long next = 0;
        for (int step = 0; step < 300; step++)
        {
            switch (random.Next(8))
            {
                case 0 or 1:
                    int count = 1 + random.Next(random.Next(10) == 0 ? 400 : 10);
                    byte[] payload = WireItems.Of(next, count, elementSize);
                    if (random.Next(3) == 0)
                        queue.Append(WireItems.InSegment(payload), count);
                    else
                        queue.Append(payload, count);
                    for (int i = 0; i < count; i++)
                        model.Add(next++);
                    break;
                case 2:
                    Assert.AreEqual(model.Count > 0, queue.TryPeek(out ItemSlice peeked, out _));
                    if (model.Count > 0)
                        WireItems.Check(peeked, model[0], elementSize);
                    peeked.Release();
                    break;
                case 3:
                    Assert.AreEqual(model.Count > 0, queue.TryClaim(out ItemSlice slice, out int bytes));
                    if (model.Count == 0)
                        break;
                    Assert.AreEqual(WireItems.Of(model[0], elementSize).Length, bytes);
                    held.Add((slice, model[0]));
                    model.RemoveAt(0);
                    break;
                case 4:
                    int maxCount = 1 + random.Next(20), maxBytes = random.Next(400);
                    Assert.AreEqual(model.Count > 0, queue.TryTakeRun(maxCount, maxBytes, out BatchSlice run));
                    if (model.Count == 0)
                        break;
                    Assert.IsInRange(1, maxCount, run.Count);
                    Assert.IsTrue(run.Bytes <= maxBytes || run.Count == 1);
                    // What was cut leaves a gap, and what comes next may stand right behind the gap.
                    runs.Add((run, [.. model.Take(run.Count)]));
                    model.RemoveRange(0, run.Count);
                    break;
                case 5:
                    int cut = random.Next(Math.Min(model.Count, 30) + 1);
                    long expected = model.TakeLast(cut).Sum(number => WireItems.Of(number, elementSize).Length);
                    Assert.AreEqual(expected, queue.CutNewest(cut));
                    model.RemoveRange(model.Count - cut, cut);
                    break;
                case 6 when elementSize == 8:
                    long[] longs = new long[1 + random.Next(10)];
                    int taken = queue.TakeMany<long>(longs);
                    Assert.AreEqual(Math.Min(longs.Length, model.Count), taken);
                    for (int i = 0; i < taken; i++)
                        CollectionAssert.AreEqual(WireItems.Of(model[i], 8), BitConverter.GetBytes(longs[i]));
                    model.RemoveRange(0, taken);
                    break;
                default:
                    if (random.Next(30) == 0)
                    {
                        queue.Clear();
                        model.Clear();
                    }
                    Release(held, runs, elementSize, atMost: random.Next(3));
                    break;
            }
            Assert.AreEqual(model.Count, queue.Count);
        }
        foreach (long number in model)
        {
            Assert.IsTrue(queue.TryClaim(out ItemSlice slice, out _));
            WireItems.Check(slice, number, elementSize);
            slice.Release();
        }
        queue.Clear();
        Segment[] segments = [.. runs.Select(static held => held.Run.Segment)];
        Release(held, runs, elementSize, int.MaxValue);
        Assert.IsTrue(segments.All(WireItems.IsReleased), "A segment is still referred to.");
    }

    private static void Release(List<(ItemSlice Slice, long Number)> held, List<(BatchSlice Run, long[] Numbers)> runs, int elementSize, int atMost)
    {
        foreach ((ItemSlice slice, long number) in held.Take(atMost))
        {
            WireItems.Check(slice, number, elementSize);
            slice.Release();
        }
        held.RemoveRange(0, Math.Min(atMost, held.Count));
        foreach ((BatchSlice run, long[] numbers) in runs.Take(atMost))
        {
            CollectionAssert.AreEqual(numbers.SelectMany(number => WireItems.Of(number, elementSize)).ToArray(), run.Segment.Array[run.Offset..(run.Offset + run.Bytes)]);
            run.Segment.Release();
        }
        runs.RemoveRange(0, Math.Min(atMost, runs.Count));
    }
}
