using System.Collections.Concurrent;

namespace CrossChannels.Channels;

/// <summary>How the program of a reader settles its leases: each by itself, or by TaskDone, which counts. Only in the first way is a lease lost that nobody holds any more.</summary>
/// <remarks>Before the first is settled that is not known, and leases are kept alive.</remarks>
internal sealed class LeaseStyle
{
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
        return LeaseGuard.Watch(holder, sequence);
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
