using CrossChannels.Hub;

namespace CrossChannels;

/// <summary>A <see cref="CrossLock"/> that is held, until this is disposed or released.</summary>
public sealed class LockHold : IAsyncDisposable, IDisposable
{
    private readonly LockHandle _handle;
    private readonly LockClaim _claim;

    internal LockHold(LockHandle handle, LockClaim claim)
    {
        _handle = handle;
        _claim = claim;
    }

    /// <summary>Grows with every hold of this lock, in any process. What the lock protects can refuse a token lower than the highest it has seen.</summary>
    public long FencingToken => _claim.Token;

    /// <summary>The previous holder died, or was cut off, without releasing it: the protected state may be inconsistent.</summary>
    public bool WasAbandoned => _claim.WasAbandoned;

    /// <summary>Canceled when the lock is lost while it is held: the link or the hub is gone, this process was cut off, the lock was disposed.</summary>
    public CancellationToken Lost => _claim.Lost;

    /// <summary>Gives the lock back.</summary>
    /// <param name="cancellationToken">Ends the wait for the hub's confirmation; the lock is given back all the same.</param>
    /// <returns>Completes when the hub has confirmed it.</returns>
    /// <exception cref="InvalidOperationException">The lock is no longer held: it was released, or lost.</exception>
    /// <exception cref="CrossChannelException">The link ended before the hub had answered.</exception>
    public async ValueTask ReleaseAsync(CancellationToken cancellationToken = default)
    {
        if (!_handle.Source.TryRelease(_claim))
            throw new InvalidOperationException($"The lock at {_handle.Address} is no longer held: it was {(Lost.IsCancellationRequested ? "lost" : "released")}.");
        await _claim.Left.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the lock back, if it is still held, and waits at most <see cref="ConnectionOptions.CloseTimeout"/> for the hub to confirm. Never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_handle.Source.TryRelease(_claim))
            return;
        try
        {
            await _claim.Left.WaitAsync(_handle.Source.Settings.CloseTimeout, _handle.Source.Settings.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or CrossChannelException or ObjectDisposedException)
        {
            // The hub is gone or silent; it passes the lock on when it notices that the link is over.
        }
    }

    /// <summary>Gives the lock back, if it is still held, without waiting.</summary>
    public void Dispose() => _handle.Source.TryRelease(_claim);
}
