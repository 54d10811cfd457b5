using System.Diagnostics.CodeAnalysis;
using CrossChannels.Protocol;

namespace CrossChannels.Links;

/// <summary>What the peer has said of the items sent: how many it received, and how many were read; and who waits for that. Guarded by the outbox's lock.</summary>
internal sealed class SentCounts(Outbox outbox)
{
    private readonly CountWatch _received = new(outbox, FrameType.Flush);
    private readonly CountWatch _read = new(outbox, FrameType.Join);

    /// <summary>Items that are known to have arrived.</summary>
    public long Received => Math.Max(_received.Known, _read.Known);

    public bool HasWaiters => _received.HasWaiters || _read.HasWaiters;

    /// <summary>Why no count will come any more; null while one may.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Queues a caller; it then watches its token outside the lock.</summary>
    /// <returns>False if there is nothing to wait for: the count is known, or an error says why it will not be.</returns>
    public bool TryWait(long target, bool read, [NotNullWhen(true)] out CountWaiter? waiter, out Exception? error)
    {
        CountWatch watch = read ? _read : _received;
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

    public void Fail(Exception error, ref WakeList wake)
    {
        Error ??= error;
        _received.Fail(Error, ref wake);
        _read.Fail(Error, ref wake);
    }
}
