using System.Diagnostics;

namespace CrossChannels.Threading;

/// <summary>A lock with a place in the order of locks, which Debug builds assert. In a Release build it is a <see cref="Lock"/> and nothing more.</summary>
/// <remarks>A struct, so that the compiler refuses <c>lock</c>, which would not know the order: <c>using (_sync.Enter())</c> takes it.</remarks>
internal readonly struct RankedLock
{
    private readonly Lock _lock = new();

#if DEBUG
    private readonly LockRank _rank;

    public RankedLock(LockRank rank) => _rank = rank;

    /// <summary>Takes the lock until the scope is disposed.</summary>
    public Scope Enter()
    {
        // Asserted before the lock is taken, so that an inversion is seen even where it does not deadlock.
        HeldLocks.Push(_rank, _lock.IsHeldByCurrentThread);
        RacePoint.Pass();
        _lock.Enter();
        return new Scope(_lock);
    }

    /// <summary>Holds the lock until it is disposed.</summary>
    internal readonly ref struct Scope(Lock held)
    {
        public void Dispose()
        {
            held.Exit();
            HeldLocks.Pop();
        }
    }
#else
#pragma warning disable IDE0060 // The rank is for Debug builds.
    public RankedLock(LockRank rank)
    {
    }
#pragma warning restore IDE0060

    /// <summary>Takes the lock until the scope is disposed.</summary>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public Lock.Scope Enter() => _lock.EnterScope();
#endif

    /// <summary>Whether this thread holds the lock.</summary>
    public bool IsHeld => _lock.IsHeldByCurrentThread;

    /// <summary>Asserts that the caller holds the lock, as every member that it guards requires.</summary>
    [Conditional("DEBUG")]
    public void AssertHeld() => Debug.Assert(IsHeld, "A member that a lock guards was used without that lock.");
}
