using CrossChannels.Hub;

namespace CrossChannels;

/// <summary>A <see cref="CrossLock"/> that is held, until this is disposed or released.</summary>
public sealed class LockHold : IAsyncDisposable, IDisposable
{
    private readonly LockHandle _handle;
    private readonly LockClaim _claim;
    private readonly LockHandle.HoldGuard _guard;

    internal LockHold(LockHandle handle, LockClaim claim)
    {
        _handle = handle;
        _claim = claim;
        _guard = new LockHandle.HoldGuard(handle, claim);
    }

    /// <summary>Grows with every hold of this lock, in whichever process; what the lock protects can refuse a lower one than it has seen.</summary>
    public long FencingToken => _claim.Token;

    /// <summary>The holder before this one died, or was cut off, without releasing: what it was at may be half done.</summary>
    public bool WasAbandoned => _claim.WasAbandoned;

    /// <summary>Canceled when the lock is lost while it is held: the link or the hub is gone, this process was cut off, the lock was disposed.</summary>
    public CancellationToken Lost => _claim.Lost;

    /// <summary>Gives the lock back.</summary>
    /// <param name="cancellationToken">Ends the wait for the hub's word; the lock is given back all the same.</param>
    /// <returns>Done when the hub has it in order.</returns>
    /// <exception cref="InvalidOperationException">The lock is no longer held: it was released, or lost.</exception>
    /// <exception cref="CrossChannelException">The link ended before the hub had answered.</exception>
    public async ValueTask ReleaseAsync(CancellationToken cancellationToken = default)
    {
        _guard.Dispose();
        if (!_handle.Source.TryRelease(_claim))
            throw new InvalidOperationException($"The lock at {_handle.Address} is not held any more: it was {(Lost.IsCancellationRequested ? "lost" : "released")}.");
        await _claim.Left.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives the lock back, if it is still held, and waits at most <see cref="ConnectionOptions.CloseTimeout"/> for the hub's word. Never throws.</summary>
    public async ValueTask DisposeAsync()
    {
        _guard.Dispose();
        if (!_handle.Source.TryRelease(_claim))
            return;
        try
        {
            await _claim.Left.WaitAsync(_handle.Source.Settings.CloseTimeout, _handle.Source.Settings.TimeProvider).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or CrossChannelException or ObjectDisposedException)
        {
            // A hub that is gone, or silent, has no say in it.
        }
    }

    /// <summary>Gives the lock back, if it is still held, without waiting.</summary>
    public void Dispose()
    {
        _guard.Dispose();
        _handle.Source.TryRelease(_claim);
    }
}
