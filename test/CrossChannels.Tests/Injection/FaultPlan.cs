using System.Collections.Concurrent;
using CrossChannels.Threading;

namespace CrossChannels.Tests.Injection;

/// <summary>At which of the library's calls into a program's code that code throws, and at which it is slow; and whether a lock was held meanwhile.</summary>
/// <param name="seed">The calls are those of this seed.</param>
/// <param name="oneIn">Of how many calls one fails or is slow.</param>
internal sealed class FaultPlan(int seed, int oneIn)
{
    private static readonly BlockingCollection<ManualResetEventSlim> s_blocked = [];

    private readonly Lock _sync = new();
    private readonly Random _random = new(seed);
    private string? _underLock;
    private int _calls;
    private int _callsUnderLock;

    static FaultPlan() => new Thread(static () =>
    {
        foreach (ManualResetEventSlim blocked in s_blocked.GetConsumingEnumerable())
            blocked.Set();
    }) { IsBackground = true, Name = "Lets go of blocked calls" }.Start();

    public int Seed => seed;

    /// <summary>How many calls there were.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>A call of the library into the program's code: it returns at once, or after another thread has run, or throws.</summary>
    public void Call(string what)
    {
        Interlocked.Increment(ref _calls);
        if (HeldLocks.Count > 0 && Interlocked.Increment(ref _callsUnderLock) == 1)
            _underLock = $"{what}{Environment.NewLine}{Environment.StackTrace}";
        int fault;
        lock (_sync)
            fault = _random.Next(oneIn) == 0 ? _random.Next(2) : 2;
        if (fault == 0)
            throw new InjectedException($"{what} fails, by seed {seed}.");
        if (fault == 1)
            Block();
    }

    /// <summary>Asserts that no call came while the library held one of its locks, which only Debug builds know.</summary>
    public void AssertNoLockWasHeld() =>
        Assert.AreEqual(0, _callsUnderLock, $"of {Calls} calls came under a lock of the library. The first: {_underLock}");

    private static void Block()
    {
        var passed = new ManualResetEventSlim();
        s_blocked.Add(passed);
        passed.Done("the thread that lets go of blocked calls");
    }
}
