using System.Globalization;
using System.Runtime.Versioning;
using CrossChannels.SharedMemory;

namespace CrossChannels.Tests.SharedMemory;

/// <summary>One caller at a time, whoever owns the gate. The environment variable CROSSCHANNELS_STRESS multiplies what they do.</summary>
[TestClass]
[SupportedOSPlatform("linux")]
public sealed class LaneGateTests
{
    private static readonly int s_times =
        int.TryParse(Environment.GetEnvironmentVariable("CROSSCHANNELS_STRESS"), CultureInfo.InvariantCulture, out int times) ? Math.Max(1, times) : 1;

    private LaneGate _gate;
    private int _inside;
    private long _counted;

    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public async Task StreaksOfOneThread_OthersInBetween_NeverTwoInside(int threads)
    {
        long[] entries = new long[threads];
        Task[] callers = [.. Enumerable.Range(0, threads).Select(number => Task.Factory.StartNew(
            () => entries[number] = Call(new Random(number), 60 * s_times), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.WhenAll(callers);
        Assert.AreEqual(entries.Sum(), _counted);
    }

    [TestMethod]
    public void Owner_ComesBackAfterAnother()
    {
        for (int i = 0; i < 3000; i++)
            Enter();
        Thread other = new(Enter);
        other.Start();
        Assert.IsTrue(other.Join(Wait.Deadline));
        for (int i = 0; i < 3000; i++)
            Enter();
        Assert.AreEqual(6001, _counted);
    }

    /// <summary>Streaks that make the thread the owner, and few entries that end the ownership of another.</summary>
    private long Call(Random random, int streaks)
    {
        long entries = 0;
        for (int streak = 0; streak < streaks; streak++)
        {
            for (int left = random.Next(3) == 0 ? random.Next(1, 4) : random.Next(1, 3000); left > 0; left--, entries++)
                Enter();
            if (random.Next(4) == 0)
                Thread.Yield();
        }
        return entries;
    }

    private void Enter()
    {
        _gate.Enter();
        // Plain, so that a second one inside shows.
        int before = _inside;
        _inside = before + 1;
        _counted++;
        bool isAlone = _inside == 1;
        _inside = before;
        _gate.Leave();
        Assert.IsTrue(isAlone && before == 0, "Two callers were inside at once.");
    }
}
