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

/// <summary>The locks that the current thread holds, in the order in which it took them. Kept in Debug builds only.</summary>
internal static class HeldLocks
{
    [ThreadStatic]
    private static Stack<LockRank>? t_held;

    /// <summary>How many locks this thread holds; 0 in a Release build.</summary>
    public static int Count => t_held?.Count ?? 0;

    /// <summary>Asserts that this thread holds no lock of the library, as before everything that runs a user's code or waits.</summary>
    [Conditional("DEBUG")]
    public static void AssertNone() =>
        Debug.Assert(Count == 0, $"User code would run while this thread holds {string.Join(", ", t_held ?? [])}.");

    /// <summary>Why a thread that took these locks may not take one more; null if it may.</summary>
    /// <param name="held">The last lock that it took, of the highest rank; null if it holds none.</param>
    /// <param name="next">The lock that it takes.</param>
    /// <param name="isReentrant">It holds that very lock.</param>
    public static string? Violation(LockRank? held, LockRank next, bool isReentrant)
    {
        if (isReentrant)
            return $"Lock {next} was taken by a thread that holds it: no code may rely on locks being re-entrant.";
        bool mayNest = next == LockRank.HubChannel && held == next;
        return held >= next && !mayNest ? $"Lock {next} was taken while the thread holds {held}, which comes after it in LockRank." : null;
    }

    internal static void Push(LockRank rank, bool isReentrant)
    {
        Stack<LockRank> held = t_held ??= new Stack<LockRank>();
        LockRank? last = held.TryPeek(out LockRank top) ? top : null;
        if (Violation(last, rank, isReentrant) is { } violation)
            Debug.Fail(violation);
        held.Push(rank);
    }

    internal static void Pop() => t_held!.Pop();
}
