using System.Collections.Concurrent;

namespace CrossChannels.Channels;

/// <summary>What a lease alone refers to: if the program loses the lease without settling it, the item is given back, or nobody else would ever get it.</summary>
/// <remarks>Used again for other leases, since making an object with a finalizer costs more than all else that a lease does.</remarks>
internal sealed class LeaseGuard
{
    private const int MostSpares = 1024;

    private static readonly ConcurrentQueue<LeaseGuard> s_spares = new();

    // Most programs settle one lease before they read the next.
    [ThreadStatic]
    private static LeaseGuard? t_spare;

    // Known once the first object was finalized; before that none is used again.
    private static int s_finalizerThread;

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
        LeaseGuard? guard = t_spare;
        if (guard is not null)
            t_spare = null;
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
        // A finalizer of the program's that settles a lease may come before this one's own, which is due then: it must not meet another lease.
        bool mayBeUsedAgain = Volatile.Read(ref s_finalizerThread) is int finalizer and not 0 && finalizer != Environment.CurrentManagedThreadId;
        if (mayBeUsedAgain && t_spare is null)
            t_spare = this;
        else if (mayBeUsedAgain && s_spares.Count < MostSpares)
            s_spares.Enqueue(this);
        else
#pragma warning disable CA1816 // It is released and not disposed: the lease gets its holder back from it.
            GC.SuppressFinalize(this);
#pragma warning restore CA1816
        return holder;
    }

    /// <summary>Lost as soon as it is made.</summary>
    private sealed class FinalizerThread
    {
#pragma warning disable MA0055 // As above.
        ~FinalizerThread() => Volatile.Write(ref s_finalizerThread, Environment.CurrentManagedThreadId);
#pragma warning restore MA0055
    }
}
