using System.Collections.Concurrent;

namespace CrossChannels.Channels;

/// <summary>How the program of a reader settles its leases: each by itself, or by TaskDone, which counts. Only in the first way is a lease lost that nobody holds any more.</summary>
/// <remarks>Before the first is settled that is not known, and leases are kept alive.</remarks>
internal sealed class LeaseStyle
{
    private const int MostGuards = 1024;

    private readonly ConcurrentQueue<LeaseGuard> _guards = new();
    private LeaseGuard? _lastGuard;
    private ConcurrentQueue<object>? _kept = new();
    private volatile bool _isCounted;

    /// <summary>The program counts: it need not hold what it was handed.</summary>
    public bool IsCounted => _isCounted;

    /// <inheritdoc cref="ILeaseHolder.Hand"/>
    public LeaseGuard? Hand(ILeaseHolder holder, object lease, long sequence)
    {
        if (_isCounted)
            return null;
        Volatile.Read(ref _kept)?.Enqueue(lease);
        // Most programs settle one lease before they read the next.
        LeaseGuard? guard = Interlocked.Exchange(ref _lastGuard, null);
        if (guard is null && !_guards.TryDequeue(out guard))
            guard = new LeaseGuard(this);
        guard.Watch(holder, sequence);
        return guard;
    }

    /// <summary>A guard is free for another lease.</summary>
    /// <returns>False if enough are.</returns>
    public bool TryReturn(LeaseGuard guard)
    {
        if (Volatile.Read(ref _lastGuard) is null && Interlocked.CompareExchange(ref _lastGuard, guard, null) is null)
            return true;
        if (_guards.Count >= MostGuards)
            return false;
        _guards.Enqueue(guard);
        return true;
    }

    /// <summary>A lease was settled by itself.</summary>
    public void Settled()
    {
        if (Volatile.Read(ref _kept) is not null)
            Volatile.Write(ref _kept, null);
    }

    /// <summary>A lease was settled by count.</summary>
    public void Counted()
    {
        _isCounted = true;
        Settled();
    }
}
