using System.Diagnostics.CodeAnalysis;
using CrossChannels.Protocol;
using CrossChannels.Threading;

namespace CrossChannels.Links;

/// <summary>What the peer has said of the items sent: how many it received, and how many were read; and who waits for that. Guarded by the outbox's lock.</summary>
internal sealed class SenderAcks(Outbox outbox)
{
    private readonly AckWatch _received = new(outbox, FrameType.Flush);
    private readonly AckWatch _read = new(outbox, FrameType.Join);

    /// <summary>Items that are known to have arrived.</summary>
    public long Received => Math.Max(_received.Known, _read.Known);

    public bool HasWaiters => _received.HasWaiters || _read.HasWaiters;

    /// <summary>Those that wait until items are read.</summary>
    public AckWatch Read => _read;

    /// <summary>Why no count will come any more; null while one may.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Queues a caller; it then watches its token outside the lock.</summary>
    /// <returns>False if there is nothing to wait for: the count is known, or an error says why it will not be.</returns>
    public bool TryWait(long target, AckLevel level, [NotNullWhen(true)] out AckWaiter? waiter, out Exception? error)
    {
        AckWatch watch = level == AckLevel.Processed ? _read : _received;
        bool isKnown = watch.Known >= target;
        error = isKnown ? null : Error;
        waiter = isKnown || error is not null ? null : watch.Enqueue(target);
        return waiter is not null;
    }

    public void Advance(long count, bool read, ref WakeList wake)
    {
        if (read)
            _read.Advance(count, ref wake);
        _received.Advance(count, ref wake);
    }

    /// <summary>Asks the peer to say when it has received so many items, though nobody waits.</summary>
    public void Ask(long target) => _received.Ask(target);

    /// <summary>Another half counts from here on, and has those that wait.</summary>
    public void HandOver(Exception error) => Error = error;

    public void Fail(Exception error, ref WakeList wake)
    {
        Error ??= error;
        _received.Fail(Error, ref wake);
        _read.Fail(Error, ref wake);
    }
}

/// <summary>Waits for one cumulative count of the peer: items received, or items read. Guarded by the outbox's lock.</summary>
/// <remarks>Targets only grow, so the waiters stand in order, and one request, for the first of them, is under way at a time.</remarks>
internal sealed class AckWatch(Outbox outbox, FrameType request)
{
    private readonly WaiterQueue _waiters = new();
    private readonly WaiterPool _pool = new();
    private long _requested = -1;

    /// <summary>The highest count that is known.</summary>
    public long Known { get; private set; }

    public bool HasWaiters => !_waiters.IsEmpty;

    /// <summary>Queues a waiter; the caller then watches its token outside the lock.</summary>
    public AckWaiter Enqueue(long target)
    {
        AckWaiter waiter = (AckWaiter?)_pool.TryTake() ?? new AckWaiter(outbox.Sync, _pool);
        waiter.Target = target;
        _waiters.Enqueue(waiter);
        Request();
        return waiter;
    }

    /// <summary>Takes the peer's count.</summary>
    public void Advance(long count, ref WakeList wake)
    {
        Known = Math.Max(Known, count);
        while (_waiters.First is AckWaiter first && first.Target <= Known)
        {
            _waiters.Dequeue();
            first.Decide(true);
            wake.Add(first);
        }
        Request();
    }

    /// <summary>The count will not grow any more.</summary>
    public void Fail(Exception error, ref WakeList wake) => _waiters.DecideAll(ref wake, false, error);

    /// <summary>Asks for a count, unless an answer is under way already.</summary>
    public void Ask(long target)
    {
        if (_requested > Known || target <= Known)
            return;
        _requested = target;
        outbox.PostLocked(new OutFrame(request, _requested));
    }

    private void Request()
    {
        if (_waiters.First is AckWaiter first)
            Ask(first.Target);
    }
}

/// <summary>A caller that waits until the peer has counted so many items as received, or as read.</summary>
internal sealed class AckWaiter(RankedLock sync, WaiterPool pool) : Waiter(sync, pool)
{
    public long Target { get; set; }
}
