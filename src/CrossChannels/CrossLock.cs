using CrossChannels.Transfer;
using CrossChannels.Hub;

namespace CrossChannels;

/// <summary>A lock that any number of processes share: first come first served, and passed on when the process that holds it dies.</summary>
/// <remarks>
/// One object serves any number of callers, each of which waits for its turn. It is not re-entrant: a caller that acquires it twice waits for itself. A
/// holder that was cut off may still be running: <see cref="LockHold.Lost"/> notifies it, and <see cref="LockHold.FencingToken"/> lets the protected
/// resource refuse it.
/// </remarks>
public sealed class CrossLock : IAsyncDisposable, IDisposable, IGivenEnd
{
    private readonly LockHandle _handle;

    internal CrossLock(LockSource source, ChannelAddress address)
    {
        _handle = new LockHandle(source, address);
        Address = address;
        Origin = LockEnds.Of(address, source.Settings, isOwner: source is OwnerLock);
    }

    TransferOrigin? IGivenEnd.Origin => Origin;

    /// <summary>How this end is given to another process.</summary>
    internal TransferOrigin? Origin { get; set; }

    /// <summary>Shares the lock with another process.</summary>
    /// <param name="recipient">Who gets it, for messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>What the other process opens with <see cref="OpenAsync"/>.</returns>
    /// <exception cref="InvalidOperationException">It cannot be given away, or was already; the message says why and what to do.</exception>
    public ValueTask<TransferTicket> TransferAsync(string recipient, CancellationToken cancellationToken = default) =>
        TransferTicket.CreateAsync(this, recipient, cancellationToken);

    /// <summary>Opens a lock that another process gave to this one.</summary>
    /// <param name="ticket">What <see cref="TransferAsync"/> made there.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ArgumentException">The ticket is for another kind of end.</exception>
    /// <exception cref="CrossChannelException">It could not be opened; <see cref="CrossChannelException.Kind"/> says why.</exception>
    /// <exception cref="NotSupportedException">The item type cannot cross, or its serializer is not known here.</exception>
    public static Task<CrossLock> OpenAsync(TransferTicket ticket, CancellationToken cancellationToken = default)
    {
        TransferContent content = TransferContent.Of(ticket, EndpointKind.Lock);
        return LockConnector.OpenAsync(content.Address, content.ConnectionToRead, cancellationToken);
    }

    /// <summary>Where others open it.</summary>
    public ChannelAddress Address { get; }

    /// <summary>Waits for the lock. A wait that is canceled never ends up holding it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CrossChannelException">The link to the hub is over; the exception says why.</exception>
    /// <exception cref="ObjectDisposedException">The lock is disposed.</exception>
    public ValueTask<LockHold> AcquireAsync(CancellationToken cancellationToken = default) => AcquireAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Waits for the lock, at most <paramref name="timeout"/>. A wait that timed out never ends up holding it.</summary>
    /// <param name="timeout">How long to wait. Zero takes the lock only if it is free now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">Others held the lock all that time.</exception>
    /// <exception cref="CrossChannelException">The link to the hub is over; the exception says why.</exception>
    /// <exception cref="ObjectDisposedException">The lock is disposed.</exception>
    public ValueTask<LockHold> AcquireAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        TimeoutRange.Check(timeout, nameof(timeout));
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<LockHold>(cancellationToken) : WaitAsync(timeout, cancellationToken);
    }

    /// <summary>
    /// At the owner: disposes the lock for all. Elsewhere: releases what this object holds, withdraws what it waits for, and leaves. Waits at
    /// most <see cref="ConnectionOptions.CloseTimeout"/> for the other end. Never throws.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        _handle.Dispose();
        return _handle.Source.CloseAsync();
    }

    /// <summary>As <see cref="DisposeAsync"/>, without waiting.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

    private async ValueTask<LockHold> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        bool isTry = timeout == TimeSpan.Zero;
        LockSource source = _handle.Source;
        TimeProvider clock = source.Settings.TimeProvider;
        long started = clock.GetTimestamp();
        while (true)
        {
            LockClaim? claim = null;
            try
            {
                claim = source.Ask(isTry);
                await claim.Granted.WaitAsync(isTry ? Timeout.InfiniteTimeSpan : TimeLeft(), clock, cancellationToken).ConfigureAwait(false);
                return new LockHold(_handle, claim);
            }
            catch (TimeoutException e)
            {
                Withdraw(claim);
                throw new TimeoutException(isTry ? $"The lock at {Address} is not free." : $"The lock at {Address} was not free within {timeout.TotalSeconds:0.###} s.", e);
            }
            catch (OperationCanceledException)
            {
                Withdraw(claim);
                throw;
            }
            catch (CrossChannelException)
            {
                if (isTry || !await ReconnectAsync().ConfigureAwait(false))
                    throw;
            }
        }

        TimeSpan TimeLeft() => TimeoutRange.Left(timeout, clock, started);

        void Withdraw(LockClaim? asked)
        {
            if (asked is not null)
                source.Withdraw(asked);
        }

        async Task<bool> ReconnectAsync()
        {
            try
            {
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                Task<bool> reconnected = source.ReconnectAsync(ended.Token);
                try
                {
                    return await reconnected.WaitAsync(TimeLeft(), clock, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    await ended.CancelAsync().ConfigureAwait(false);
                }
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"The hub of the lock at {Address} was away for {timeout.TotalSeconds:0.###} s.", e);
            }
        }
    }
}
