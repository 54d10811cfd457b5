using CrossChannels.Links;
using CrossChannels.Threading;

namespace CrossChannels.Tests.Injection;

/// <summary>Until it is disposed, what happens at the same time is mixed by a seed: what links queue is permuted, and now and then a thread that is about to take a lock, or to park a lane, lets others go first.</summary>
/// <remarks>The system decides the rest, so that a seed repeats what a run was prone to, and not each step of it.</remarks>
internal sealed class Interleaving : IDisposable
{
    private const int MostYields = 64;

    private readonly WorkScheduler _before = WorkScheduler.Default;
    private readonly uint _seed;
    private readonly int _oneIn;
    private int _passes;

    /// <param name="seed">Of what is drawn.</param>
    /// <param name="oneIn">Of how many points one is a pause.</param>
    public Interleaving(int seed, int oneIn)
    {
        _seed = (uint)seed;
        _oneIn = oneIn;
        WorkScheduler.Default = new PermutingScheduler(seed);
        RacePoint.Passing = LetOthersGo;
    }

    public void Dispose()
    {
        RacePoint.Passing = null;
        WorkScheduler.Default = _before;
    }

    /// <summary>Now and then one waits until other threads have passed some points, if any run.</summary>
    private void LetOthersGo()
    {
        int pass = Interlocked.Increment(ref _passes);
        uint drawn = unchecked(((uint)pass ^ _seed) * 2654435761u);
        if (drawn % _oneIn != 0)
            return;
        int until = pass + 1 + (int)(drawn >> 16 & 63);
        for (int yields = 0; yields < MostYields && Volatile.Read(ref _passes) - until < 0; yields++)
            Thread.Yield();
    }
}
