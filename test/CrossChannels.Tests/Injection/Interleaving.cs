using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Tests.Injection;

/// <summary>Until it is disposed, what happens at the same time is mixed by a seed: what links queue is permuted, and now and then a thread that is about to take a lock lets others go first.</summary>
/// <remarks>The system decides the rest, so that a seed repeats what a run was prone to, and not each step of it.</remarks>
internal sealed class Interleaving : IDisposable
{
    private const int MostYields = 64;

    private readonly WorkScheduler _before = WorkScheduler.Default;
    private readonly uint _seed;
    private int _entries;

    public Interleaving(int seed)
    {
        _seed = (uint)seed;
        WorkScheduler.Default = new PermutingScheduler(seed);
        HeldLocks.Entering = LetOthersGo;
    }

    public void Dispose()
    {
        HeldLocks.Entering = null;
        WorkScheduler.Default = _before;
    }

    /// <summary>One entry of 32 waits until other threads have taken some locks, if any run.</summary>
    private void LetOthersGo()
    {
        int entry = Interlocked.Increment(ref _entries);
        uint drawn = unchecked(((uint)entry ^ _seed) * 2654435761u);
        if (drawn >> 27 != 0)
            return;
        int until = entry + 1 + (int)(drawn >> 16 & 63);
        for (int yields = 0; yields < MostYields && Volatile.Read(ref _entries) - until < 0; yields++)
            Thread.Yield();
    }
}
