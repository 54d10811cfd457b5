using System.Threading.Channels;
using CrossChannels.Channels;
using CrossChannels.Diagnostics;
using CrossChannels.Transports;

namespace CrossChannels;

/// <summary>An endpoint at which other processes connect; each accepted connection is a channel of its own.</summary>
/// <typeparam name="TWrite">The items that this end writes.</typeparam>
/// <typeparam name="TRead">The items that this end reads.</typeparam>
public sealed class DuplexChannelListener<TWrite, TRead> : IAsyncDisposable, IDisposable
{
    private readonly LinkChannelFactory<TWrite, TRead> _factory;
    private readonly ChannelAddress _address;
    private readonly LaneWish _wish;
    private readonly Channel<DuplexChannel<TWrite, TRead>> _accepted = Channel.CreateUnbounded<DuplexChannel<TWrite, TRead>>();
    private readonly AcceptLoop _loop;
    private int _isDisposed;

    internal DuplexChannelListener(ITransportListener listener, LinkChannelFactory<TWrite, TRead> factory, ChannelAddress address, LaneWish wish)
    {
        _factory = factory;
        _address = address;
        _wish = wish;
        _loop = new AcceptLoop(listener, factory.Settings, GreetAsync);
    }

    /// <summary>Where this listens, as resolved: a port that the system chose is in it.</summary>
    public ChannelAddress Address => _address;

    /// <summary>Connections that have greeted. Completes when the listener is disposed.</summary>
    public ChannelReader<DuplexChannel<TWrite, TRead>> Accepted => _accepted.Reader;

    /// <summary>Takes the next connection.</summary>
    /// <exception cref="ChannelClosedException">The listener was disposed.</exception>
    public ValueTask<DuplexChannel<TWrite, TRead>> AcceptAsync(CancellationToken cancellationToken = default) =>
        AcceptAsync(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Takes the next connection, waiting at most <paramref name="timeout"/>.</summary>
    /// <param name="timeout">How long to wait. Zero takes one only if it is there now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is negative and not infinite, or 25 days or more.</exception>
    /// <exception cref="TimeoutException">No connection came in time.</exception>
    /// <exception cref="ChannelClosedException">The listener was disposed.</exception>
    public ValueTask<DuplexChannel<TWrite, TRead>> AcceptAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        TimeoutRange.Check(timeout);
        return TakeAsync(timeout, cancellationToken);
    }

    /// <summary>Stops listening and frees the address. Channels that were taken live on; those still in <see cref="Accepted"/> are aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _loop.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Stops as <see cref="DisposeAsync"/> does, without waiting.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        _loop.Stop();
        _accepted.Writer.TryComplete();
        while (_accepted.Reader.TryRead(out DuplexChannel<TWrite, TRead>? channel))
            channel.Abort("The listener was disposed before it took the connection.");
    }

    /// <summary>A wait of its own: the built-in channel keeps its last caller, which must not be one that knows the accepted channel.</summary>
    private async Task<bool> WaitForAcceptedAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        await _accepted.Reader.WaitToReadAsync(timeout, cancellationToken).ConfigureAwait(false);

    private async ValueTask<DuplexChannel<TWrite, TRead>> TakeAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        TimeProvider clock = _factory.Settings.TimeProvider;
        long started = clock.GetTimestamp();
        TimeSpan left = timeout;
        try
        {
            while (await WaitForAcceptedAsync(left, cancellationToken).ConfigureAwait(false))
            {
                if (_accepted.Reader.TryRead(out DuplexChannel<TWrite, TRead>? channel))
                    return channel;
                // Another caller took it.
                left = TimeoutRange.Left(timeout, clock, started);
            }
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"No connection came at {_address} within {timeout.TotalSeconds:0.###} s.", e);
        }
        throw new ChannelClosedException($"The listener at {_address} was disposed, and accepts no more connections.");
    }

    private async Task GreetAsync(TransportConnection connection, Action greeted, CancellationToken stopping)
    {
        LinkChannel<TWrite, TRead>? channel = null;
        Exception? failure = null;
        try
        {
            channel = await _factory.StartAsync(connection, _wish, stopping).ConfigureAwait(false);
            await channel.WaitForPeerAsync(stopping).ConfigureAwait(false);
            if (!_accepted.Writer.TryWrite(channel))
                channel.Abort("The listener was disposed before it took the connection.");
        }
        catch (Exception e)
        {
            channel?.Abort("The listener was disposed during the greeting.");
            failure = e;
        }
        greeted();
        // The channel itself is let go, so that it is collected, and its link closed, when its user loses it.
        Task? closed = channel?.Closed;
        channel = null;
        if (closed is not null)
            await closed.ConfigureAwait(false);
        if (failure is not null)
            Log.GreetingFailed(_factory.Settings.Logger, connection.RemoteEndpoint, failure);
    }
}
