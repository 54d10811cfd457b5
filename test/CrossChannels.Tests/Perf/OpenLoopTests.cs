using EndToEnd.Latency;

namespace CrossChannels.Tests.Perf;

[TestClass]
public sealed class OpenLoopTests
{
    [TestMethod]
    public void DueTime_SteadyRate_DoesNotDrift()
    {
        var schedule = new OpenLoopSchedule(start: 1_000, rate: 3, frequency: 1_000_000_000);
        Assert.AreEqual(1_000, schedule.DueTime(0));
        Assert.AreEqual(1_000 + 333_333_333, schedule.DueTime(1));
        // A day later the thirds still add up: nothing is rounded item by item.
        long day = 24 * 60 * 60;
        Assert.AreEqual(1_000 + (day * 1_000_000_000), schedule.DueTime(3 * day), 1_000);
    }

    [TestMethod]
    public void Count_OfADuration_IsAtLeastOne()
    {
        Assert.AreEqual(2_000, OpenLoopSchedule.Count(TimeSpan.FromSeconds(2), 1_000));
        Assert.AreEqual(1, OpenLoopSchedule.Count(TimeSpan.FromMilliseconds(1), 10));
    }

    [TestMethod]
    public async Task RunAsync_PacedWriter_KeepsTheScheduleOfAWriteThatWasHeldUp()
    {
        var written = new List<Stamp>();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task run = OpenLoop.RunAsync(rate: 1_000_000, TimeSpan.FromMilliseconds(1), stamp =>
        {
            written.Add(stamp);
            return written.Count == 1 ? new ValueTask(held.Task) : default;
        });
        held.SetResult();
        await run.Done();

        Assert.HasCount(1_001, written);
        Assert.AreEqual(Stamp.Last, written[^1]);
        for (int i = 1; i < 1_000; i++)
        {
            // What is meant does not depend on what happened, and nothing is written before it is due.
            Assert.AreEqual(written[0].Due + (long)(i * (System.Diagnostics.Stopwatch.Frequency / 1e6)), written[i].Due);
            Assert.IsGreaterThanOrEqualTo(written[i].Due, written[i].Written);
        }
    }

    [TestMethod]
    public void LatencyRound_ItemsThenLast_CountsFromWhenTheyWereDue()
    {
        var round = new LatencyRound();
        long now = System.Diagnostics.Stopwatch.GetTimestamp();
        Assert.IsTrue(round.Record(new Stamp(now - 2_000_000, now - 500_000)));
        Assert.IsFalse(round.Record(Stamp.Last));

        LatencyRound read = LatencyRound.FromFigures(round.ToFigures());
        Assert.AreEqual(1, read.Latency.Count);
        Assert.IsGreaterThanOrEqualTo(2_000_000, read.Latency.At(50));
        Assert.AreEqual(1_500_000, read.Lateness.At(50));
        Assert.AreEqual(round.Rate, read.Rate);
        Assert.IsGreaterThan(0, read.Rate);
    }
}
