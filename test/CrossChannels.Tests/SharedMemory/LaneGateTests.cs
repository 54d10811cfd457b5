using System.Globalization;
using System.Reflection;
using System.Runtime.Versioning;
using CrossChannels.SharedMemory;
using CrossChannels.Threading;

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

    /// <summary>A thread that loses the gate after it has seen that it owns it waits for the next owner as anybody else, and does not show that one as outside.</summary>
    [TestMethod]
    [DoNotParallelize]
    public void Owner_LosesTheGateAsItComes_WaitsForTheNextOwner()
    {
        if (!ProcessFence.IsAvailable)
            Assert.Inconclusive("Without a fence nobody owns a gate.");
        FieldInfo isOtherInside = typeof(LaneGate).GetField("_isOtherInside", BindingFlags.NonPublic | BindingFlags.Instance)!;
        for (int i = 0; i < 3000; i++)
            Enter();
        int caller = Environment.CurrentManagedThreadId;
        bool isInside = false, hasLeft = false, hasLost = false;
        Exception? error = null;
        Thread next = new(() =>
        {
            for (int i = 0; i < 3000; i++)
                Enter();
            _gate.Enter();
            Volatile.Write(ref isInside, true);
            // The other has come, and has time to go wrong.
            SpinWait.SpinUntil(() => (int)isOtherInside.GetValue(_gate)! != 0, Wait.Deadline);
            for (int i = 0; i < 1000; i++)
                Thread.Yield();
            Volatile.Write(ref hasLeft, true);
            try
            {
                _gate.Leave();
            }
            catch (NullReferenceException e)
            {
                // The gate was taken from the one inside.
                error = e;
            }
        });
        RacePoint.Passing = () =>
        {
            if (hasLost || Environment.CurrentManagedThreadId != caller)
                return;
            hasLost = true;
            next.Start();
            Assert.IsTrue(SpinWait.SpinUntil(() => Volatile.Read(ref isInside), Wait.Deadline));
        };
        try
        {
            _gate.Enter();
        }
        finally
        {
            RacePoint.Passing = null;
        }
        bool wasAlone = Volatile.Read(ref hasLeft);
        _gate.Leave();
        Assert.IsTrue(next.Join(Wait.Deadline));
        Assert.IsTrue(hasLost, "The caller owned the gate.");
        Assert.IsNull(error);
        Assert.IsTrue(wasAlone, "Two callers were inside at once.");
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
