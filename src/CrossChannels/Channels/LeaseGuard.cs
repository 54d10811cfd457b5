using System.Collections.Concurrent;

namespace CrossChannels.Channels;

/// <summary>What a lease alone refers to: if the program loses the lease without settling it, the item is given back, or nobody else would ever get it.</summary>
/// <remarks>Used again for other leases, since making an object with a finalizer costs more than all else that a lease does.</remarks>
internal sealed class LeaseGuard
{
    private const int MostSpares = 1024;

    private static readonly ConcurrentQueue<LeaseGuard> s_spares = new();

    // What the finalizers' thread has for a spare, so that none is kept there.
    private static readonly LeaseGuard s_noSpare = new();

    // Most programs settle one lease before they read the next.
    [ThreadStatic]
    private static LeaseGuard? t_spare;

    // Set once the first object was finalized; before that none is used again.
    private static bool s_isFinalizerThreadKnown;

    private ILeaseHolder? _holder;
    private long _sequence;

    static LeaseGuard() => _ = new FinalizerThread();

#pragma warning disable MA0055 // Only a finalizer sees that a lease is lost.
    ~LeaseGuard()
    {
        if (_holder is { } holder)
            ThreadPool.UnsafeQueueUserWorkItem(static lost => lost.Holder.Lose(lost.Sequence), (Holder: holder, Sequence: _sequence), preferLocal: false);
    }
#pragma warning restore MA0055

    /// <summary>Makes one, or takes one that is free, for a lease.</summary>
    public static LeaseGuard Watch(ILeaseHolder holder, long sequence)
    {
        // By reference, since finding what belongs to the thread is most of the cost.
        ref LeaseGuard? spare = ref t_spare;
        LeaseGuard? guard = spare;
        if (guard is not null && guard != s_noSpare)
            spare = null;
        else if (!s_spares.TryDequeue(out guard))
            guard = new LeaseGuard();
        guard._sequence = sequence;
        guard._holder = holder;
        return guard;
    }

    /// <summary>Its lease is settled.</summary>
    /// <returns>Who holds the lease.</returns>
    public ILeaseHolder Release()
    {
        ILeaseHolder holder = _holder!;
        _holder = null;
        ref LeaseGuard? spare = ref t_spare;
        if (spare is null && s_isFinalizerThreadKnown)
            spare = this;
        else
            KeepOrDrop(isFinalizing: spare == s_noSpare);
        return holder;
    }

    /// <param name="isFinalizing">A finalizer of the program's settles the lease. It may come before this one's own, which is due then: it must not meet another lease.</param>
    private void KeepOrDrop(bool isFinalizing)
    {
        if (s_isFinalizerThreadKnown && !isFinalizing && s_spares.Count < MostSpares)
            s_spares.Enqueue(this);
        else
#pragma warning disable CA1816 // It is released and not disposed: the lease gets its holder back from it.
            GC.SuppressFinalize(this);
#pragma warning restore CA1816
    }

    /// <summary>Lost as soon as it is made.</summary>
    private sealed class FinalizerThread
    {
#pragma warning disable MA0055 // As above.
        ~FinalizerThread()
        {
            t_spare = s_noSpare;
            Volatile.Write(ref s_isFinalizerThreadKnown, true);
        }
#pragma warning restore MA0055
    }
}

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
